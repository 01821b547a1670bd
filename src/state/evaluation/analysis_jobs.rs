//! The work of analyses: the same functions as those of `thorax evaluate`.

use std::path::PathBuf;
use std::sync::Arc;

use crate::dataset::LabelRules;
use crate::domain::Threshold;
use crate::evaluate::{
    Choices, Evaluation, EvaluationData, Localization, MapRule, MapsOfFilms, OpenedSet, Subgroup,
};
use crate::model::{Classifier, ComputeDevice, ModelSource};
use crate::work::JobContext;

/// Figures of subgroups.
#[derive(Clone, Debug)]
pub struct SubgroupsFound {
    /// The table that tells view, sex, age and visit.
    pub table: PathBuf,
    /// The thresholds of their 2x2 tables.
    pub thresholds: Vec<Threshold>,
    /// In the order of the report.
    pub groups: Vec<Subgroup>,
}

/// How maps meet boxes.
#[derive(Clone, Debug)]
pub struct MapsFound {
    /// By method and label.
    pub localization: Localization,
    /// Films that could not be used, with the reason.
    pub warnings: Vec<String>,
}

/// Figures by view, sex, age and visit.
pub struct SubgroupsJob {
    /// The scores.
    pub opened: OpenedSet,
    /// One for each label.
    pub thresholds: Vec<Threshold>,
    /// Folder of the films or their table.
    pub films: PathBuf,
}

/// The model whose maps are made.
pub enum MapModel {
    /// It is in use.
    InUse(Arc<Classifier>),
    /// It is read first.
    File(ModelSource, ComputeDevice),
}

/// Maps against boxes.
pub struct MapsJob {
    /// The scores.
    pub opened: OpenedSet,
    /// One for each label.
    pub thresholds: Vec<Threshold>,
    /// Folder of the films with its list of boxes.
    pub films: PathBuf,
    /// The model that made the scores.
    pub model: MapModel,
    /// Which maps, and what is measured.
    pub rule: MapRule,
}

impl SubgroupsJob {
    pub(super) fn run(self, ctx: &JobContext) -> anyhow::Result<SubgroupsFound> {
        ctx.set_stage("Reading the table");
        let data = EvaluationData::of_table(&self.films, LabelRules::default())?;
        ctx.set_stage("Figures of subgroups");
        let choices = Choices {
            thresholds: &self.thresholds,
            table: Some(&data.data.table),
            ..Choices::default()
        };
        let groups = Evaluation::of(&self.opened, choices, ctx)?.subgroups;
        Ok(SubgroupsFound {
            table: data.data.table_path,
            thresholds: self.thresholds,
            groups,
        })
    }
}

impl MapsJob {
    pub(super) fn run(self, ctx: &JobContext) -> anyhow::Result<MapsFound> {
        ctx.set_stage("Reading the table");
        let mut data = EvaluationData::of_table(&self.films, LabelRules::default())?;
        data.keep_films_of(&self.opened.set);
        anyhow::ensure!(
            !data.boxes_of_films().is_empty(),
            "expected boxes of these films in BBox_List_2017.csv, got none: {}",
            data.data.root.display()
        );
        let classifier = match self.model {
            MapModel::InUse(classifier) => classifier,
            MapModel::File(source, device) => Arc::new(Classifier::open(&source, &device)?),
        };
        ctx.set_stage("Maps of films with boxes");
        let choices = Choices {
            thresholds: &self.thresholds,
            maps: Some(MapsOfFilms {
                classifier: &classifier,
                data: &data,
                rule: self.rule,
            }),
            ..Choices::default()
        };
        let evaluation = Evaluation::of(&self.opened, choices, ctx)?;
        let known = self.opened.all_warnings().len();
        let localization = evaluation.localization;
        Ok(MapsFound {
            localization: localization.ok_or_else(|| anyhow::anyhow!("no maps were made"))?,
            warnings: evaluation.warnings.into_iter().skip(known).collect(),
        })
    }
}
