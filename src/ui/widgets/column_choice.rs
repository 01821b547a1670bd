use egui::{ComboBox, Response, Ui, Widget};

use crate::ui::theme;

/// The text for an unselected column.
const NO_COLUMN: &str = "None";

/// A drop-down of a table's columns, with none as a choice.
///
/// Its caller names it, by a label beside it or in its heading.
pub struct ColumnChoice<'a> {
    id_salt: &'a str,
    column: &'a mut Option<String>,
    header: &'a [String],
}

impl<'a> ColumnChoice<'a> {
    /// A choice among `header`; `id_salt` is unique in its grid.
    pub fn new(id_salt: &'a str, column: &'a mut Option<String>, header: &'a [String]) -> Self {
        Self {
            id_salt,
            column,
            header,
        }
    }

    /// A row of a grid: `name`, then the choice.
    pub fn row_ui(ui: &mut Ui, name: &str, column: &mut Option<String>, header: &[String]) {
        let label = ui.label(name);
        ui.add(ColumnChoice::new(name, column, header))
            .labelled_by(label.id);
        ui.end_row();
    }
}

impl Widget for ColumnChoice<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        ComboBox::from_id_salt(self.id_salt)
            .width(theme::FIELD_WIDTH_PT)
            .selected_text(self.column.as_deref().unwrap_or(NO_COLUMN))
            .show_ui(ui, |ui| {
                ui.selectable_value(self.column, None, NO_COLUMN);
                for choice in self.header {
                    ui.selectable_value(self.column, Some(choice.clone()), choice);
                }
            })
            .response
    }
}
