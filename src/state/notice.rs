use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Good news leave the status line after this time; errors stay until they are dismissed.
const INFO_SHOWN_FOR: Duration = Duration::from_secs(4);

/// Older notices make room for newer ones.
const MAX_NOTICES: usize = 50;

/// How much a notice asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// Good to know.
    Info,
    /// An error.
    Error,
}

/// One notice, with text that can be copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Counts up from 1 over the life of the program.
    pub number: u64,
    /// How much it asks for.
    pub kind: NoticeKind,
    /// The message: what happened, to which file, why.
    pub text: String,
    /// Not dismissed yet.
    pub shown: bool,
    /// When it was said.
    pub at: Instant,
}

/// The notices so far, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    log: VecDeque<Notice>,
    n_ever: u64,
}

impl Notices {
    /// Adds a notice and puts it on screen, unless the very same is there already.
    pub fn push(&mut self, kind: NoticeKind, text: impl Into<String>) {
        let text = text.into();
        let same = |notice: &&Notice| notice.shown && notice.kind == kind && notice.text == text;
        if let Some(known) = self.log.iter().position(|notice| same(&notice)) {
            // Said again, it is the newest; good news come back.
            if let Some(mut notice) = self.log.remove(known) {
                notice.at = Instant::now();
                self.log.push_back(notice);
            }
            return;
        }
        self.n_ever += 1;
        if self.log.len() == MAX_NOTICES {
            self.log.pop_front();
        }
        self.log.push_back(Notice {
            number: self.n_ever,
            kind,
            text,
            shown: true,
            at: Instant::now(),
        });
    }

    /// Takes a notice off the screen; it stays in the log.
    pub fn dismiss(&mut self, number: u64) {
        for notice in &mut self.log {
            if notice.number == number {
                notice.shown = false;
            }
        }
    }

    /// The same, each with another text.
    pub(super) fn with_texts(&self, text: impl Fn(&str) -> String) -> Self {
        let mut notices = self.clone();
        for notice in &mut notices.log {
            notice.text = text(&notice.text);
        }
        notices
    }

    /// The one for the status line, and for how long if it leaves by itself: the newest of the errors that nobody
    /// dismissed and of what was said in the last seconds.
    pub fn current(&self) -> Option<(&Notice, Option<Duration>)> {
        let mut shown = self.log.iter().rev().filter(|notice| notice.shown);
        shown.find_map(|notice| match notice.kind {
            NoticeKind::Error => Some((notice, None)),
            NoticeKind::Info => {
                let left = INFO_SHOWN_FOR.checked_sub(notice.at.elapsed());
                left.map(|left| (notice, Some(left)))
            }
        })
    }

    /// All that are remembered, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Notice> {
        self.log.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dismissed_notice_stays_in_the_log() {
        let mut notices = Notices::default();
        notices.push(NoticeKind::Error, "cannot open a.png");
        notices.push(NoticeKind::Info, "saved");
        notices.dismiss(1);
        let shown: Vec<bool> = notices.iter().map(|notice| notice.shown).collect();
        assert_eq!(shown, [false, true]);
    }

    #[test]
    fn the_same_words_are_not_shown_twice() {
        let mut notices = Notices::default();
        notices.push(NoticeKind::Error, "no model");
        notices.push(NoticeKind::Error, "no model");
        assert_eq!(notices.iter().count(), 1);
        notices.dismiss(1);
        notices.push(NoticeKind::Error, "no model");
        assert_eq!(notices.iter().count(), 2);
    }

    #[test]
    fn good_news_leave_after_seconds_and_an_error_stays_until_it_is_dismissed() {
        let mut notices = Notices::default();
        notices.push(NoticeKind::Error, "disk full");
        notices.push(NoticeKind::Info, "saved");
        let text = |notices: &Notices| notices.current().map(|(notice, _)| notice.text.clone());
        assert_eq!(text(&notices).as_deref(), Some("saved"));
        let long_ago = Instant::now().checked_sub(INFO_SHOWN_FOR).unwrap();
        notices.log[1].at = long_ago;
        assert_eq!(text(&notices).as_deref(), Some("disk full"));
        notices.log[0].at = long_ago;
        assert_eq!(text(&notices).as_deref(), Some("disk full"));
        notices.dismiss(1);
        assert_eq!(text(&notices), None);
        notices.push(NoticeKind::Info, "saved");
        assert_eq!(text(&notices).as_deref(), Some("saved"), "it is said again");
        assert_eq!(notices.iter().count(), 2);
    }

    #[test]
    fn the_log_forgets_the_oldest_first() {
        let mut notices = Notices::default();
        (0..MAX_NOTICES + 2).for_each(|n| notices.push(NoticeKind::Info, n.to_string()));
        assert_eq!(notices.iter().count(), MAX_NOTICES);
        assert_eq!(notices.iter().next().map(|n| n.number), Some(3));
    }
}
