use crate::train::AucTable;
use crate::ui::panels::training::text::figure_text;

/// Fewer positive films than this and an AUC says little.
const FEW_POSITIVES: usize = 10;

/// How far an AUC can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelRowKind {
    /// Enough positive films.
    Enough,
    /// Fewer than ten.
    Few,
    /// All films on one side: there is none.
    Undefined,
}

/// The row of one label.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelRow {
    /// As the table spells it.
    pub label: String,
    /// The same with spaces for underscores.
    pub name: String,
    /// The AUC in three decimals, or `n/a`.
    pub auc: String,
    /// Its 95 % interval, or `n/a`.
    pub interval: String,
    /// Positive films; `n/a` where nothing is known of them.
    pub n_pos: String,
    /// The AUC as number.
    pub value: Option<f64>,
    /// How far it can be believed.
    pub kind: LabelRowKind,
}

/// One row per label, in output order.
pub fn label_rows(table: &AucTable) -> Vec<LabelRow> {
    let row = |(label, auc): &(String, Option<crate::train::LabelAuc>)| {
        let (label, name) = (label.clone(), label.replace('_', " "));
        let Some(auc) = auc else {
            return LabelRow {
                label,
                name,
                auc: figure_text(None),
                interval: figure_text(None),
                n_pos: figure_text(None),
                value: None,
                kind: LabelRowKind::Undefined,
            };
        };
        let few = auc.n_pos < FEW_POSITIVES;
        LabelRow {
            label,
            name,
            auc: figure_text(Some(auc.auc)),
            interval: match auc.low.zip(auc.high) {
                Some((low, high)) => format!("{low:.3} to {high:.3}"),
                None => figure_text(None),
            },
            n_pos: auc.n_pos.to_string(),
            value: Some(auc.auc),
            kind: if few {
                LabelRowKind::Few
            } else {
                LabelRowKind::Enough
            },
        }
    };
    table.labels.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::LabelAuc;

    fn table(aucs: &[(f64, usize)]) -> AucTable {
        let label = |(n, &(auc, n_pos)): (usize, &(f64, usize))| {
            let auc = (n_pos > 0).then_some(LabelAuc {
                auc,
                low: Some(auc - 0.1),
                high: Some(auc + 0.1),
                n_pos,
                n_neg: 50,
            });
            (format!("Label_{n}"), auc)
        };
        AucTable {
            labels: aucs.iter().enumerate().map(label).collect(),
        }
    }

    #[test]
    fn an_undefined_auc_is_no_number_and_few_positives_are_marked() {
        let rows = label_rows(&table(&[(0.8, 10), (0.9, 9), (0.0, 0)]));
        let texts: Vec<_> = rows
            .iter()
            .map(|row| (row.auc.as_str(), row.kind))
            .collect();
        assert_eq!(
            texts,
            [
                ("0.800", LabelRowKind::Enough),
                ("0.900", LabelRowKind::Few),
                ("n/a", LabelRowKind::Undefined)
            ]
        );
        assert_eq!(rows[0].interval, "0.700 to 0.900");
        assert_eq!((rows[2].interval.as_str(), rows[2].value), ("n/a", None));
    }
}
