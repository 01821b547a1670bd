use egui::accesskit::{Action, ActionData};
use egui::{EventFilter, Response, Ui};

/// Keeps the arrow keys for a slider in focus, which would move the focus on.
pub fn keep_arrows(ui: &Ui, response: &Response) {
    if response.has_focus() {
        let arrows = EventFilter {
            horizontal_arrows: true,
            ..Default::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
    }
}

/// The value that a screen reader asks for.
pub fn asked_value(ui: &Ui, response: &Response) -> Option<f64> {
    ui.input(|input| {
        let mut requests = input.accesskit_action_requests(response.id, Action::SetValue);
        requests.find_map(|request| match request.data {
            Some(ActionData::NumericValue(value)) => Some(value),
            _ => None,
        })
    })
}
