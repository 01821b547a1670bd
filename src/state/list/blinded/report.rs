use std::path::PathBuf;

use super::{Answer, BlindedSession, CommittedFilm, CommittedFinding};
use crate::domain::NOTICE;
use crate::files::csv_line;
use crate::metrics::{Agreement, Confusion, roc_auc};

/// Level of the intervals.
const LEVEL: f64 = 0.95;

/// What a blinded session came to: the figures of its end page.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionReport {
    /// Where the answers are.
    pub log: PathBuf,
    /// Films to which the reader committed.
    pub n_read: usize,
    /// Films of the session.
    pub n_films: usize,
    /// Median time on a film, in seconds; `None` without any.
    pub median_seconds: Option<f64>,
    /// Names of the models that made the scores, each once.
    pub models: Vec<String>,
    /// One a finding, in the model's order.
    pub findings: Vec<AgreementRow>,
    /// All findings together.
    pub all: AgreementRow,
}

/// How the reader agrees with network and labels on one finding.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgreementRow {
    /// The finding, underscores as spaces.
    pub name: String,
    /// Films by the reader's answer, in the order of [`Answer::ALL`].
    pub n_answers: [usize; 3],
    /// Committed films on which the finding was left open.
    pub n_open: usize,
    /// The reader first, the network second: films on which the reader said yes or no.
    pub with_network: Agreement,
    /// The reader first, the label second: those that have a label.
    pub with_label: Agreement,
    /// The network judged by the labels of the same films.
    pub network_by_label: Agreement,
    /// Area under the reader's ROC curve, and films with a rating and a label; `None` where it is undefined.
    pub reader_auc: Option<(f64, usize)>,
}

impl AgreementRow {
    fn of<'a>(name: &str, found: impl Iterator<Item = &'a CommittedFinding>) -> Self {
        let mut row = Self {
            name: name.replace('_', " "),
            ..Self::default()
        };
        let (mut ratings, mut positives) = (Vec::new(), Vec::new());
        for found in found {
            match found.reader.answer {
                Some(answer) => {
                    let counts = row.n_answers.iter_mut().zip(Answer::ALL);
                    for (count, _) in counts.filter(|(_, known)| *known == answer) {
                        *count += 1;
                    }
                }
                None => row.n_open += 1,
            }
            if let Some((rating, label)) = found.reader.rating().zip(found.label) {
                ratings.push(rating);
                positives.push(label);
            }
            let Some(reader) = found.reader_decision() else {
                continue;
            };
            if let Some(network) = found.network_decision() {
                row.with_network.count(reader, network);
                if let Some(label) = found.label {
                    row.network_by_label.count(network, label);
                }
            }
            if let Some(label) = found.label {
                row.with_label.count(reader, label);
            }
        }
        let auc = roc_auc(&ratings, &positives).ok();
        row.reader_auc = auc.map(|auc| (auc, ratings.len()));
        row
    }

    /// The reader judged by the labels.
    pub fn reader_counts(&self) -> Confusion {
        counts_of(&self.with_label)
    }

    /// The network judged by the labels, on the films on which the reader said yes or no.
    pub fn network_counts(&self) -> Confusion {
        counts_of(&self.network_by_label)
    }
}

/// The first judged by the second.
fn counts_of(agreement: &Agreement) -> Confusion {
    Confusion {
        true_positives: agreement.both,
        false_positives: agreement.first_only,
        true_negatives: agreement.neither,
        false_negatives: agreement.second_only,
    }
}

impl SessionReport {
    /// The figures of a session as far as it has come.
    pub fn of(session: &BlindedSession) -> Self {
        let films: Vec<&CommittedFilm> = session.committed_films().collect();
        let (_, n_films) = session.progress();
        let of_name = |name: &str| {
            let all = films.iter().flat_map(|film| &film.findings);
            let name = name.to_owned();
            all.filter(move |found| found.name == name)
        };
        let names = session.findings().iter();
        let findings = names.map(|name| AgreementRow::of(name, of_name(name)));
        let findings = findings.collect();
        let all = films.iter().flat_map(|film| &film.findings);
        let mut models: Vec<String> = films.iter().map(|film| film.model_id.clone()).collect();
        models.sort();
        models.dedup();
        Self {
            log: session.log.clone(),
            n_read: films.len(),
            n_films,
            median_seconds: median(films.iter().map(|film| film.seconds).collect()),
            models,
            findings,
            all: AgreementRow {
                // Ratings of different findings have no common scale.
                reader_auc: None,
                ..AgreementRow::of("All findings", all)
            },
        }
    }

    /// Whether any film that was read has labels.
    pub fn has_labels(&self) -> bool {
        self.all.with_label.n() > 0
    }

    /// Findings of all films that were answered so.
    pub fn n_answers(&self, answer: Answer) -> usize {
        let counts = self.all.n_answers.into_iter().zip(Answer::ALL);
        counts
            .filter(|(_, known)| *known == answer)
            .map(|(n, _)| n)
            .sum()
    }

    /// The table of the end page as CSV, every row with the notice; blank where a figure is undefined.
    pub fn csv(&self) -> String {
        let mut names: Vec<String> = ["finding", "present", "absent", "unsure", "open"]
            .map(ToOwned::to_owned)
            .into();
        for other in ["network", "label"] {
            let columns = ["n", "both", "reader_only", "only", "neither", "agreement"];
            let kappa = ["kappa", "kappa_low", "kappa_high"];
            let columns = columns.into_iter().chain(kappa);
            names.extend(columns.map(|name| format!("{other}_{name}")));
        }
        let rates = [
            "reader_sensitivity",
            "reader_specificity",
            "network_sensitivity",
            "network_specificity",
            "reader_auc",
            "reader_auc_n",
            "films_read",
            "median_seconds",
            "models",
            "notice",
        ];
        names.extend(rates.map(ToOwned::to_owned));
        let rows = self.findings.iter().chain([&self.all]);
        let rows = rows.map(|row| csv_line(self.cells(row)));
        csv_line(names) + &rows.collect::<String>()
    }

    fn cells(&self, row: &AgreementRow) -> Vec<String> {
        let number =
            |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.4}"));
        let mut cells = vec![row.name.clone()];
        cells.extend(row.n_answers.map(|n| n.to_string()));
        cells.push(row.n_open.to_string());
        for agreement in [&row.with_network, &row.with_label] {
            let Agreement {
                both,
                first_only,
                second_only,
                neither,
            } = *agreement;
            let counts = [agreement.n(), both, first_only, second_only, neither];
            cells.extend(counts.map(|n| n.to_string()));
            let kappa = agreement.kappa();
            let interval = kappa.and_then(|kappa| kappa.interval(LEVEL));
            cells.push(number(agreement.share()));
            cells.push(number(kappa.map(|kappa| kappa.value)));
            cells.push(number(interval.map(|(low, _)| low)));
            cells.push(number(interval.map(|(_, high)| high)));
        }
        for counts in [row.reader_counts(), row.network_counts()] {
            cells.extend([counts.sensitivity(), counts.specificity()].map(number));
        }
        cells.push(number(row.reader_auc.map(|(auc, _)| auc)));
        cells.push(
            row.reader_auc
                .map_or_else(String::new, |(_, n)| n.to_string()),
        );
        cells.push(self.n_read.to_string());
        cells.push(number(self.median_seconds));
        cells.push(self.models.join("; "));
        cells.push(NOTICE.to_owned());
        cells
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *values.get(middle.checked_sub(1)?)?;
    Some(f64::midpoint(lower, upper))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::session_tests::{prepared, session};
    use super::super::{Confidence, ReaderAnswer};
    use super::*;

    fn found(answer: Option<Answer>, confidence: u8, label: Option<bool>) -> CommittedFinding {
        CommittedFinding {
            name: "Mass".to_owned(),
            reader: ReaderAnswer {
                answer,
                confidence: Confidence::new(confidence),
            },
            network: Some(super::super::NetworkAnswer {
                score: 0.7,
                decision: Some(super::super::NetworkDecision {
                    threshold: 0.5,
                    above: true,
                }),
            }),
            label,
        }
    }

    #[test]
    fn unsure_and_open_are_counted_apart_and_in_no_agreement() {
        let (present, absent) = (Some(Answer::Present), Some(Answer::Absent));
        let films = [
            found(present, 5, Some(true)),
            found(present, 2, Some(false)),
            found(absent, 4, Some(false)),
            found(Some(Answer::Unsure), 0, Some(true)),
            found(None, 0, Some(true)),
            found(absent, 0, None),
            CommittedFinding {
                network: None,
                ..found(absent, 0, Some(true))
            },
        ];
        let row = AgreementRow::of("Pleural_Mass", films.iter());
        assert_eq!(row.name, "Pleural Mass");
        assert_eq!((row.n_answers, row.n_open), ([2, 3, 1], 1));
        // The network says yes on each film that it scored.
        let with_network = &row.with_network;
        assert_eq!((with_network.both, with_network.second_only), (2, 2));
        assert_eq!(with_network.n(), 4);
        let reader = row.reader_counts();
        assert_eq!(
            (reader.sensitivity(), reader.specificity()),
            (Some(0.5), Some(0.5))
        );
        let network = row.network_counts();
        assert_eq!(
            (network.sensitivity(), network.specificity()),
            (Some(1.0), Some(0.0))
        );
        // Ratings 5 and 0 of films with, 2 and -4 of films without: 3 of 4 pairs in order.
        assert_eq!(row.reader_auc, Some((0.75, 4)));
    }

    #[test]
    fn what_is_undefined_has_no_figure() {
        let row = AgreementRow::of("Mass", [found(Some(Answer::Present), 5, None)].iter());
        let counts = row.reader_counts();
        assert_eq!((counts.sensitivity(), counts.specificity()), (None, None));
        assert_eq!((row.reader_auc, row.with_label.kappa()), (None, None));
        assert_eq!(median(Vec::new()), None);
        assert_eq!(median(vec![3.0, 1.0]), Some(2.0));
        assert_eq!(median(vec![9.0, 1.0, 2.0]), Some(2.0));
    }

    #[test]
    fn a_report_is_of_the_films_read_and_its_table_carries_the_notice() {
        let mut session = session(Path::new("folder"), 3);
        let empty = SessionReport::of(&session);
        assert_eq!(
            (empty.n_read, empty.n_films, empty.median_seconds),
            (0, 3, None)
        );
        for score in [0.9, 0.1] {
            session.answer(9, Some(Answer::Present));
            let committing = prepared(&session, score).unwrap();
            session.accept(committing);
            session.step(1);
        }
        let report = SessionReport::of(&session);
        assert_eq!((report.n_read, report.n_films), (2, 3));
        assert_eq!(report.models, ["Thorax 0123"]);
        assert!(report.has_labels());
        assert_eq!(report.n_answers(Answer::Present), 2);
        let mass = &report.findings[9];
        assert_eq!(
            (mass.with_network.both, mass.with_network.first_only),
            (1, 1)
        );
        assert_eq!(report.all.with_network.n(), 2);
        let csv = report.csv();
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let header = reader.headers().unwrap().clone();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 15);
        let cell = |row: usize, name: &str| {
            let column = header.iter().position(|known| known == name).unwrap();
            rows[row][column].to_owned()
        };
        assert_eq!(cell(9, "finding"), "Mass");
        assert_eq!(cell(9, "network_reader_only"), "1");
        assert_eq!(cell(9, "network_agreement"), "0.5000");
        assert_eq!(cell(9, "label_both"), "2");
        assert_eq!(cell(9, "network_only"), "0");
        assert_eq!(cell(9, "reader_specificity"), "");
        assert!(
            rows.iter()
                .all(|row| row.iter().next_back() == Some(NOTICE))
        );
    }
}
