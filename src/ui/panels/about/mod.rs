//! The model card: what a reader of films has to know of the model in use, and at its end what identifies it.

mod page;

use egui::{Align2, Context, Grid, Label, RichText, ScrollArea, Ui, Vec2, Window};

use crate::state::{Command, CommandSender, Loaded};
use crate::ui::theme;

use page::{AboutFinding, ModelPage};

/// The window, where the screen has room for it.
const SIZE_PT: Vec2 = Vec2::new(640.0, 600.0);
/// Between the window and the edges of the screen, with its title.
const AROUND_PT: Vec2 = Vec2::new(48.0, 96.0);

const HEADS: [(&str, &str); 7] = [
    ("Finding", ""),
    (
        "AUC",
        "On test films: how often a film with the finding scores higher than one without. 0.5 is chance, 1 is perfect",
    ),
    ("95 %", "Where the AUC lies, by DeLong"),
    (
        "Films with it",
        "Among the test films. Few films make an uncertain AUC",
    ),
    (
        "AUC valid.",
        "On validation films, by which epoch and thresholds were chosen: likely too good",
    ),
    ("Threshold", "From which score on a film counts as positive"),
    (
        "In training",
        "Share of the training films with the finding",
    ),
];

/// The window about the model in use.
pub fn about_ui(ctx: &Context, loaded: &Loaded, commands: &CommandSender) {
    let mut open = true;
    let screen = ctx.content_rect();
    let size = SIZE_PT.min(screen.size() - AROUND_PT);
    Window::new("About this model")
        .open(&mut open)
        .collapsible(false)
        .pivot(Align2::CENTER_CENTER)
        .default_pos(screen.center())
        .default_size(size)
        .max_size(screen.size() - AROUND_PT)
        .show(ctx, |ui| {
            let scroll = ScrollArea::vertical().auto_shrink([false, true]);
            scroll.show(ui, |ui| page_ui(ui, &ModelPage::of(loaded)));
        });
    if !open {
        commands.send(Command::ShowAbout(false));
    }
}

fn page_ui(ui: &mut Ui, page: &ModelPage) {
    ui.heading(&page.name);
    sections_ui(ui, &page.sections);
    findings_ui(ui, page);
    sections_ui(ui, &page.remarks);
    section_name_ui(ui, "For its builder");
    let grid = Grid::new("identity")
        .num_columns(2)
        .min_row_height(theme::SMALL_ROW_HEIGHT_PT);
    grid.spacing(theme::GRID_SPACING).show(ui, |ui| {
        for (name, value) in &page.identity {
            ui.weak(*name);
            ui.add(Label::new(value).wrap());
            ui.end_row();
        }
    });
}

fn sections_ui(ui: &mut Ui, sections: &[(&str, Vec<String>)]) {
    for (name, texts) in sections {
        section_name_ui(ui, name);
        for text in texts {
            ui.add(Label::new(theme::sentence(text)).wrap());
        }
    }
}

fn section_name_ui(ui: &mut Ui, name: &str) {
    ui.add_space(theme::SMALL_GAP_PT);
    ui.strong(name);
}

/// The figures of each finding.
fn findings_ui(ui: &mut Ui, page: &ModelPage) {
    let films = page.tested_on.as_ref();
    ui.weak(films.map_or_else(
        || "AUC on test films: n/a, the model's file has none".to_owned(),
        |films| format!("AUC on {films}, with its 95 % interval"),
    ));
    // Wider than a small window with large words.
    ScrollArea::horizontal().id_salt("figures").show(ui, |ui| {
        let grid = Grid::new("figures")
            .num_columns(HEADS.len())
            .min_row_height(theme::SMALL_ROW_HEIGHT_PT)
            .striped(true);
        grid.spacing([theme::GAP_PT, theme::TINY_GAP_PT])
            .show(ui, |ui| {
                for (name, hover) in HEADS {
                    let head = ui.label(RichText::new(name).small().weak());
                    if !hover.is_empty() {
                        head.on_hover_text(hover);
                    }
                }
                ui.end_row();
                for row in &page.findings {
                    finding_ui(ui, row);
                    ui.end_row();
                }
            });
    });
}

fn finding_ui(ui: &mut Ui, row: &AboutFinding) {
    let palette = theme::palette(ui.visuals());
    ui.label(&row.name);
    let auc = RichText::new(&row.auc);
    ui.label(if row.unreliable {
        auc.color(palette.warning)
    } else {
        auc
    });
    for text in [
        &row.interval,
        &row.n_pos,
        &row.validation_auc,
        &row.threshold,
        &row.share,
    ] {
        ui.label(text);
    }
    if row.unreliable {
        let text = RichText::new("Hardly above chance").small();
        ui.label(text.color(palette.warning));
    }
}
