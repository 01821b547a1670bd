use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::CheckReport;
use crate::dataset::{DataError, DataSet, Split, SplitLists, SplitRule, SplitShares, lists_in};
use crate::files::{check_writable, io_reason, open_fault};
use crate::train::{DataPlan, RunFolder, SplitKind, TrainConfig, check_run_folder};
use crate::work::{JobContext, Latest, Wake, Watch as _};

/// A path is looked at once no key was pressed for so long.
const PAUSE: Duration = Duration::from_millis(200);
const BREATH: Duration = Duration::from_millis(10);

/// What is found at the data's path while it is typed: one job at work, the newest path waiting.
pub struct DataEcho {
    looking: Latest<EchoRequest, EchoReport>,
    asked: Option<Question>,
    /// The last answer, of whatever was asked last; `None` before the first, or without a path.
    pub report: Option<Arc<EchoReport>>,
}

/// What an answer depends on.
#[derive(Clone, PartialEq)]
struct Question {
    /// See [`TrainConfig::data_settings`].
    settings: TrainConfig,
    run_folder: String,
}

struct EchoRequest {
    question: Question,
    /// Answered before; the folder is not walked again for another split.
    known: Option<Arc<EchoReport>>,
}

/// What is at a path, and what can be made of it.
pub struct EchoReport {
    question: Question,
    /// Table and films, or why there are none.
    pub data: Result<Arc<DataSet>, String>,
    /// Different patients of the table.
    pub n_patients: usize,
    /// Splits that can be chosen, the folder's own lists first.
    pub offers: Vec<SplitOffer>,
    /// The parts and findings under the split in force, or why there are none.
    pub parts: Result<CheckReport, String>,
    /// Why no run can be in the folder for it.
    pub run_folder_error: Option<String>,
}

/// A split that can be chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct SplitOffer {
    /// What choosing it puts in force.
    pub choice: SplitChoice,
    /// Films of train, valid and test, and patients in more than one of them; or why there are none.
    pub found: Result<SplitCounts, String>,
}

/// Which split.
#[derive(Clone, Debug, PartialEq)]
pub enum SplitChoice {
    /// By lists.
    Lists {
        /// Of train, valid and test.
        lists: [Option<PathBuf>; 3],
        /// Found in the folder of the data; otherwise chosen by the user.
        in_folder: bool,
    },
    /// By a rule.
    Rule(SplitKind),
}

/// What a split makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitCounts {
    /// Films of train, valid and test.
    pub n_films: [usize; 3],
    /// Patients in more than one part.
    pub n_leaking: usize,
}

impl DataEcho {
    pub(super) fn new(wake: Wake) -> Self {
        Self {
            looking: Latest::new("look at data", wake, look),
            asked: None,
            report: None,
        }
    }

    /// Looks at what is asked for now, unless that is being looked at or was.
    pub(super) fn keep_up(&mut self, config: &TrainConfig, run_folder: &str) {
        if config.data.as_os_str().is_empty() {
            if self.asked.take().is_some() {
                self.looking.cancel();
                self.report = None;
            }
            return;
        }
        let question = Question {
            settings: config.data_settings(),
            run_folder: run_folder.trim().to_owned(),
        };
        if self.asked.as_ref() == Some(&question) {
            return;
        }
        self.asked = Some(question.clone());
        let known = self.report.clone();
        self.looking.request(EchoRequest { question, known });
    }

    /// Takes in the answer to the newest question.
    pub(super) fn poll(&mut self) {
        match self.looking.poll().1 {
            Some(Ok(report)) => self.report = Some(Arc::new(report)),
            // It panicked, which was said; the next edit asks again.
            Some(Err(_)) => self.asked = None,
            None => {}
        }
    }

    /// Whether an answer is still to come.
    pub fn is_busy(&self) -> bool {
        self.looking.is_busy()
    }

    /// The answer, if it is to what the form says now.
    pub fn current(&self) -> Option<&EchoReport> {
        let (report, is_current) = self.latest()?;
        is_current.then_some(report)
    }

    /// The last answer about this data, and whether it is to what the form says now: shown until the next one is there,
    /// so that a page does not vanish at each edit.
    pub fn latest(&self) -> Option<(&EchoReport, bool)> {
        let (report, asked) = (self.report.as_deref()?, self.asked.as_ref()?);
        let is_of_data = report.question.settings.data == asked.settings.data;
        is_of_data.then_some((report, report.question == *asked))
    }
}

fn look(request: EchoRequest, ctx: &JobContext) -> anyhow::Result<EchoReport> {
    let settings = &request.question.settings;
    let known = request.known.filter(|known| {
        let before = &known.question.settings;
        before.data == settings.data
            && before.columns == settings.columns
            && before.label_rules() == settings.label_rules()
    });
    let data = if let Some(known) = known {
        known.data.clone()
    } else {
        pause(ctx)?;
        open(settings)
    };
    ctx.check()?;
    Ok(EchoReport::of(request.question, data))
}

/// Waits until the typing has paused; a newer path ends the wait.
fn pause(ctx: &JobContext) -> anyhow::Result<()> {
    let started = Instant::now();
    while started.elapsed() < PAUSE {
        ctx.check()?;
        std::thread::park_timeout(BREATH);
    }
    Ok(())
}

fn open(settings: &TrainConfig) -> Result<Arc<DataSet>, String> {
    let data = &settings.data;
    if let Err(error) = data.metadata() {
        let reason = match error.kind() {
            ErrorKind::NotFound => "no such folder or table".to_owned(),
            _ => open_fault(&error),
        };
        return Err(format!("{reason}: {}", data.display()));
    }
    match DataSet::open_by(data, settings.columns.as_ref(), settings.label_rules()) {
        Ok(data) => Ok(Arc::new(data)),
        Err(error @ (DataError::Columns { .. } | DataError::NoTable { .. })) => Err(format!(
            "no table of films and findings found, choose its columns if there is one: {error}"
        )),
        Err(error) => Err(error.to_string()),
    }
}

impl EchoReport {
    fn of(question: Question, data: Result<Arc<DataSet>, String>) -> Self {
        let settings = &question.settings;
        let root = PathBuf::from(&question.run_folder);
        let parts = data.clone().and_then(|data| {
            let plan = DataPlan::of(settings, data).map_err(|error| error.to_string())?;
            CheckReport::of(plan, settings, &root).map_err(|error| error.to_string())
        });
        let patients = data.as_ref().map(|data| {
            let rows = data.table.rows.iter();
            let patients: BTreeSet<&str> = rows.map(|row| row.patient_id.as_str()).collect();
            patients.len()
        });
        Self {
            n_patients: patients.unwrap_or(0),
            offers: data
                .as_ref()
                .map_or_else(|_| Vec::new(), |data| offers(settings, data)),
            run_folder_error: run_folder_error(&root, data.as_deref().ok()),
            parts,
            data,
            question,
        }
    }
}

impl EchoReport {
    /// The folder's own lists, if no patient is in two of them: what is chosen where nobody chose.
    pub(super) fn own_lists(&self) -> Option<&SplitChoice> {
        let offer = self.offers.iter().find(|offer| offer.is_of_folder())?;
        let counts = offer.found.as_ref().ok()?;
        (counts.n_leaking == 0).then_some(&offer.choice)
    }
}

impl SplitOffer {
    /// Whether it is by the lists that are in the folder of the data.
    pub fn is_of_folder(&self) -> bool {
        matches!(
            self.choice,
            SplitChoice::Lists {
                in_folder: true,
                ..
            }
        )
    }
}

fn offers(settings: &TrainConfig, data: &DataSet) -> Vec<SplitOffer> {
    let shares = SplitShares {
        seed: settings.seed,
        valid_share: settings.valid_share,
        test_share: settings.test_share,
    };
    let chosen = SplitChoice::of(settings);
    let found = lists_in(&data.root, shares).map(|lists| SplitChoice::Lists {
        lists: [lists.train, lists.valid, lists.test],
        in_folder: true,
    });
    let mut choices: Vec<SplitChoice> = found.into_iter().collect();
    if matches!(chosen, SplitChoice::Lists { .. })
        && !choices.iter().any(|choice| choice.is_chosen(settings))
    {
        choices.push(chosen);
    }
    choices.push(SplitChoice::Rule(SplitKind::Patient));
    choices.push(SplitChoice::Rule(SplitKind::Image));
    let offer = |choice: SplitChoice| SplitOffer {
        found: choice.counts(settings, shares, data),
        choice,
    };
    choices.into_iter().map(offer).collect()
}

impl SplitChoice {
    /// The one in force.
    pub fn of(config: &TrainConfig) -> Self {
        let lists = [&config.train_list, &config.valid_list, &config.test_list].map(Clone::clone);
        if lists.iter().any(Option::is_some) {
            let in_folder = false;
            Self::Lists { lists, in_folder }
        } else {
            Self::Rule(config.split)
        }
    }

    /// Whether it is the one in force.
    pub fn is_chosen(&self, config: &TrainConfig) -> bool {
        match (self, Self::of(config)) {
            (Self::Lists { lists, .. }, Self::Lists { lists: chosen, .. }) => *lists == chosen,
            (Self::Rule(rule), Self::Rule(chosen)) => *rule == chosen,
            _ => false,
        }
    }

    /// Puts it in force.
    pub fn choose(&self, config: &mut TrainConfig) {
        let lists = match self {
            Self::Lists { lists, .. } => lists.clone(),
            Self::Rule(rule) => {
                config.split = *rule;
                [None, None, None]
            }
        };
        [config.train_list, config.valid_list, config.test_list] = lists;
    }

    fn counts(
        &self,
        settings: &TrainConfig,
        shares: SplitShares,
        data: &DataSet,
    ) -> Result<SplitCounts, String> {
        let rule = match self {
            Self::Rule(SplitKind::Patient) => SplitRule::ByPatient(shares),
            Self::Rule(SplitKind::Image) => SplitRule::ByImage(shares),
            Self::Lists {
                lists,
                in_folder: true,
            } => {
                let [train, valid, test] = lists.clone();
                SplitRule::Lists(SplitLists {
                    train,
                    valid,
                    test,
                    shares,
                })
            }
            Self::Lists { .. } => settings.split_rule(&data.root),
        };
        let split = Split::new(&data.table, &rule).map_err(|error| error.to_string())?;
        Ok(SplitCounts {
            n_films: split.parts().map(|(_, rows)| rows.len()),
            n_leaking: split.leaks(&data.table).len(),
        })
    }
}

/// Why no new run can be in `root`.
fn run_folder_error(root: &Path, data: Option<&DataSet>) -> Option<String> {
    if root.as_os_str().is_empty() {
        return None;
    }
    let path = root.display();
    if RunFolder::open(root).is_ok() {
        return Some(format!("the folder already contains a run: {path}"));
    }
    if let Some(Err(error)) = data.map(|data| check_run_folder(root, data)) {
        return Some(error.to_string());
    }
    let error = check_writable(root).err()?;
    Some(format!(
        "no run can be written here ({}): {path}",
        io_reason(&error)
    ))
}

#[cfg(test)]
#[path = "echo_tests.rs"]
mod tests;
