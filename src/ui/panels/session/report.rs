use egui::{Grid, RichText, ScrollArea, Ui};

use crate::metrics::{Agreement, Confusion};
use crate::state::{AgreementRow, Answer, Command, CommandSender, ListCommand, SessionReport};
use crate::ui::shortcuts::{Action, Actions};
use crate::ui::theme;

/// Level of the intervals.
const LEVEL: f64 = 0.95;

/// A table of the end page: its columns, and a row a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ReportTable {
    title: &'static str,
    hover: &'static str,
    columns: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

/// What a blinded session came to, and what can be done next.
pub fn session_report_ui(
    ui: &mut Ui,
    report: &SessionReport,
    actions: Actions<'_>,
    commands: &CommandSender,
) {
    ui.heading("Blinded session ended");
    ui.label(summary(report));
    if !report.models.is_empty() {
        ui.label(format!("Network: {}", report.models.join(", ")));
    }
    ui.horizontal_wrapped(|ui| {
        let log = report.log.display().to_string();
        ui.label(format!("Log: {log}"));
        if ui.button("Show in folder").clicked() {
            commands.send(Command::ShowInFolder(report.log.clone()));
        }
    });
    ui.horizontal_wrapped(|ui| {
        if ui.button("Save table…").clicked() {
            commands.list(ListCommand::SaveReport);
        }
        for (action, label) in [
            (Action::StartSession, "New session…"),
            (Action::ResumeSession, "Resume session…"),
        ] {
            actions.add(ui, action, egui::Button::new(label), commands);
        }
        if ui.button("Close").clicked() {
            commands.list(ListCommand::CloseReport);
        }
    });
    ui.separator();
    ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        for table in tables(report) {
            table_ui(ui, &table);
            ui.add_space(theme::GAP_PT);
        }
        if !report.has_labels() {
            ui.weak(
                "No table beside the films names labels: sensitivity, specificity and AUC are n/a",
            );
        }
    });
}

fn summary(report: &SessionReport) -> String {
    let (n_read, n_films) = (report.n_read, report.n_films);
    let time = report
        .median_seconds
        .map_or_else(|| "n/a".to_owned(), |seconds| format!("{seconds:.1} s"));
    let [present, absent, unsure] = Answer::ALL.map(|answer| report.n_answers(answer));
    format!(
        "{n_read} of {n_films} films read, median time per film {time}. Answers: {present} present, {absent} absent, \
         {unsure} unsure, {} left open",
        report.all.n_open
    )
}

fn table_ui(ui: &mut Ui, table: &ReportTable) {
    ui.strong(table.title).on_hover_text(table.hover);
    Grid::new(table.title)
        .num_columns(table.columns.len())
        .striped(true)
        .spacing([14.0, 2.0])
        .show(ui, |ui| {
            for column in &table.columns {
                ui.weak(*column);
            }
            ui.end_row();
            let last = table.rows.len().saturating_sub(1);
            for (idx, row) in table.rows.iter().enumerate() {
                for cell in row {
                    let text = RichText::new(cell);
                    ui.label(if idx == last { text.strong() } else { text });
                }
                ui.end_row();
            }
        });
}

/// The tables of the end page; those with labels where there are any.
fn tables(report: &SessionReport) -> Vec<ReportTable> {
    let rows = |cells: &dyn Fn(&AgreementRow) -> Vec<String>| {
        let rows = report.findings.iter().chain([&report.all]);
        rows.map(|row| {
            let mut all = vec![row.name.clone()];
            all.extend(cells(row));
            all
        })
        .collect()
    };
    let mut tables = vec![ReportTable {
        title: "You and the network",
        hover: "Unsure and open findings are in no agreement. Kappa: Cohen 1960; its interval: Fleiss, Cohen and \
                Everitt 1969, which needs many films",
        columns: vec![
            "Finding",
            "Present",
            "Absent",
            "Unsure",
            "n",
            "Both",
            "You only",
            "Network only",
            "Neither",
            "Agree",
            "Kappa (95 %)",
        ],
        rows: rows(&|row| {
            let mut cells: Vec<String> = row.n_answers.iter().map(ToString::to_string).collect();
            cells.extend(agreement_cells(&row.with_network));
            cells
        }),
    }];
    if report.has_labels() {
        tables.push(ReportTable {
            title: "You and the label",
            hover: "The label of the table beside the films",
            columns: vec![
                "Finding",
                "n",
                "Both",
                "You only",
                "Label only",
                "Neither",
                "Agree",
                "Kappa (95 %)",
            ],
            rows: rows(&|row| agreement_cells(&row.with_label)),
        });
        tables.push(ReportTable {
            title: "Judged by the label",
            hover: "On the films on which you said present or absent. Your AUC is of answers with a confidence, and \
                    of unsure as the middle of the scale",
            columns: vec![
                "Finding",
                "Sensitivity, you",
                "Sensitivity, network",
                "Specificity, you",
                "Specificity, network",
                "AUC, you",
            ],
            rows: rows(&|row| judged_cells(row)),
        });
    }
    tables
}

fn agreement_cells(agreement: &Agreement) -> Vec<String> {
    let Agreement {
        both,
        first_only,
        second_only,
        neither,
    } = *agreement;
    let counts = [agreement.n(), both, first_only, second_only, neither];
    let mut cells: Vec<String> = counts.iter().map(ToString::to_string).collect();
    let share = agreement.share();
    cells.push(share.map_or_else(na, |share| format!("{:.0} %", share * 100.0)));
    let kappa = agreement.kappa().map_or_else(na, |kappa| {
        let interval = kappa
            .interval(LEVEL)
            .map_or_else(na, |(low, high)| format!("{} to {}", two(low), two(high)));
        format!("{} ({interval})", two(kappa.value))
    });
    cells.push(kappa);
    cells
}

fn judged_cells(row: &AgreementRow) -> Vec<String> {
    let rate = |n: usize, of: usize, rate: Option<f64>| {
        rate.map_or_else(na, |rate| format!("{rate:.2} ({n} of {of})"))
    };
    let both = [row.reader_counts(), row.network_counts()];
    let sensitivity =
        |counts: &Confusion| rate(counts.true_positives, counts.n_pos(), counts.sensitivity());
    let specificity =
        |counts: &Confusion| rate(counts.true_negatives, counts.n_neg(), counts.specificity());
    let mut cells: Vec<String> = both.iter().map(sensitivity).collect();
    cells.extend(both.iter().map(specificity));
    let auc = row.reader_auc;
    cells.push(auc.map_or_else(na, |(auc, n)| format!("{auc:.3} ({n} films)")));
    cells
}

/// Two decimals; what rounds to 0 has no sign.
fn two(value: f64) -> String {
    let text = format!("{value:.2}");
    if text == "-0.00" {
        "0.00".to_owned()
    } else {
        text
    }
}

fn na() -> String {
    "n/a".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> SessionReport {
        let row = AgreementRow {
            name: "Mass".to_owned(),
            n_answers: [25, 25, 2],
            n_open: 1,
            with_network: Agreement {
                both: 20,
                first_only: 5,
                second_only: 10,
                neither: 15,
            },
            ..AgreementRow::default()
        };
        SessionReport {
            log: "log.csv".into(),
            n_read: 53,
            n_films: 60,
            median_seconds: Some(12.34),
            models: vec!["Thorax 0123".to_owned()],
            findings: vec![row.clone()],
            all: row,
        }
    }

    #[test]
    fn the_end_page_has_counts_share_and_kappa_with_its_interval() {
        let report = report();
        assert_eq!(
            summary(&report),
            "53 of 60 films read, median time per film 12.3 s. Answers: 25 present, 25 absent, 2 unsure, 1 left open"
        );
        let tables = tables(&report);
        assert_eq!(
            tables.len(),
            1,
            "nothing is judged by labels that are not there"
        );
        let row = tables[0].rows[0].join(" | ");
        let expected = "Mass | 25 | 25 | 2 | 50 | 20 | 5 | 10 | 15 | 70 % | 0.40 (0.15 to 0.65)";
        assert_eq!(row, expected);
        assert_eq!(tables[0].rows[0].len(), tables[0].columns.len());
    }

    #[test]
    fn what_rounds_to_nothing_has_no_sign() {
        assert_eq!([-0.004, 0.004, -0.006].map(two), ["0.00", "0.00", "-0.01"]);
    }

    #[test]
    fn rates_of_nothing_are_not_a_number() {
        let mut report = report();
        report.findings[0].with_label.count(true, true);
        report.all.with_label.count(true, true);
        let tables = tables(&report);
        assert_eq!(
            tables[1].rows[0].join(" | "),
            "Mass | 1 | 1 | 0 | 0 | 0 | 100 % | n/a"
        );
        let judged = tables[2].rows[0].join(" | ");
        assert_eq!(judged, "Mass | 1.00 (1 of 1) | n/a | n/a | n/a | n/a");
        for table in &tables {
            assert!(
                table
                    .rows
                    .iter()
                    .all(|row| row.len() == table.columns.len())
            );
        }
    }
}
