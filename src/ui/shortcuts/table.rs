//! The actions: name, label and default shortcut of each, in the order of the list of shortcuts.

use egui::{Key, KeyboardShortcut, Modifiers};

macro_rules! keyed {
    () => {
        None
    };
    ($key:expr) => {
        Some($key)
    };
}

macro_rules! hinted {
    () => {
        None
    };
    ($hint:literal) => {
        Some($hint)
    };
}

macro_rules! actions {
    ($([$group:ident $title:literal] $($name:ident $label:literal $(: $hint:literal)? $($key:expr)?;)+)+) => {
        /// The headings of the list of shortcuts, and the menus of the same names.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "`ActionGroup::title` says it in the user's words")]
        pub enum ActionGroup {
            $($group,)+
        }

        impl ActionGroup {
            /// All headings, in the order of the list of shortcuts.
            pub const ALL: &[Self] = &[$(Self::$group,)+];

            /// In the user's words.
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$group => $title,)+
                }
            }

            /// Its actions, in the order of the list of shortcuts.
            pub fn actions(self) -> &'static [Action] {
                match self {
                    $(Self::$group => &[$(Action::$name,)+],)+
                }
            }
        }

        /// An action of a menu, a shortcut or the command palette.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "`Action::label` says it in the user's words")]
        pub enum Action {
            $($($name,)+)+
        }

        impl Action {
            /// All actions, in the order of the list of shortcuts.
            pub const ALL: &[Self] = &[$($(Self::$name,)+)+];

            /// The name that settings know it by.
            pub fn name(self) -> &'static str {
                match self {
                    $($(Self::$name => stringify!($name),)+)+
                }
            }

            /// Label in menus.
            pub fn label(self) -> &'static str {
                match self {
                    $($(Self::$name => $label,)+)+
                }
            }

            /// What it does, in a sentence, where the label does not say it all.
            pub fn hint(self) -> Option<&'static str> {
                match self {
                    $($(Self::$name => hinted!($($hint)?),)+)+
                }
            }

            /// The key that it has unless the user chose another.
            pub fn first_key(self) -> Option<KeyboardShortcut> {
                match self {
                    $($(Self::$name => keyed!($($key)?),)+)+
                }
            }
        }
    };
}

const fn key(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

const fn shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::SHIFT, key)
}

const fn alt(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::ALT, key)
}

const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const fn ctrl_shift(key: Key) -> KeyboardShortcut {
    let modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);
    KeyboardShortcut::new(modifiers, key)
}

actions! {
    [Films "Films"]
        OpenFilms "Open films…" ctrl(Key::O);
        OpenFolder "Open folder…" ctrl_shift(Key::O);
        OpenSampleFilm "Open sample film";
        OpenLastSession "Open the last session";
        TypePath "Open path…" ctrl(Key::L);
        NextFilm "Next film": "The next film of the list, as it is sorted and filtered" key(Key::PageDown);
        PreviousFilm "Previous film": "The film before it in the list" key(Key::PageUp);
        NextOfPatient "Next film of this patient in time" ctrl(Key::PageDown);
        PreviousOfPatient "Previous film of this patient in time" ctrl(Key::PageUp);
        ScoreAll "Score all films of the list": "Scores the films of the list in the background" ctrl_shift(Key::A);
        StopScoring "Stop scoring the list";
        Flag "Mark as flagged" key(Key::B);
        Reviewed "Mark as reviewed" key(Key::V);
        Exclude "Mark as excluded" shift(Key::X);
        Prior "Compare with the patient's prior film" key(Key::P);
        CompareNext "Compare with the next film" key(Key::D);
        ComparePrevious "Compare with the previous film" shift(Key::D);
        CompareModel "Compare with another model…";
        LinkFilms "Link or unlink compared films" shift(Key::L);
        CloseCompare "Show one film" key(Key::O);
        ShowInFolder "Show in folder";
        CopyPath "Copy path of film" alt(Key::C);
        CloseFilm "Close film" ctrl(Key::W);
        CloseAllFilms "Close all films";
        ReloadFilm "Reload film" key(Key::F5);
        Metadata "Film metadata" shift(Key::I);
        Cancel "Close or cancel": "Closes what is open over the film, then leaves the tool, then cancels what is running" key(Key::Escape);
    [Session "Blinded session"]
        StartSession "Blinded session of this list…";
        ResumeSession "Resume blinded session…";
        AnswerPresent "Answer: present" key(Key::Num1);
        AnswerAbsent "Answer: absent" key(Key::Num2);
        AnswerUnsure "Answer: unsure" key(Key::Num3);
        ClearAnswer "Clear the answer" key(Key::Num0);
        NextQuestion "Ask for the next finding" key(Key::ArrowDown);
        PreviousQuestion "Ask for the previous finding" key(Key::ArrowUp);
        MoreConfidence "More confidence" key(Key::ArrowRight);
        LessConfidence "Less confidence" key(Key::ArrowLeft);
        Confidence1 "Confidence 1: guess" shift(Key::Num1);
        Confidence2 "Confidence 2: low" shift(Key::Num2);
        Confidence3 "Confidence 3: medium" shift(Key::Num3);
        Confidence4 "Confidence 4: high" shift(Key::Num4);
        Confidence5 "Confidence 5: certain" shift(Key::Num5);
        CommitAnswers "Commit answers" ctrl(Key::Enter);
        NextOfSession "Next film of the session" ctrl(Key::ArrowRight);
        PreviousOfSession "Previous film of the session" ctrl(Key::ArrowLeft);
        EndSession "End the blinded session";
    [WindowLevel "Window and level"]
        Preset1 "Window 1: from the file" key(Key::Num1);
        Preset2 "Window 2: auto" key(Key::Num2);
        Preset3 "Window 3: lungs" key(Key::Num3);
        Preset4 "Window 4: mediastinum and bone" key(Key::Num4);
        Preset5 "Window 5: full range" key(Key::Num5);
        WiderWindow "Wider window" alt(Key::ArrowRight);
        NarrowerWindow "Narrower window" alt(Key::ArrowLeft);
        Brighter "Brighter" alt(Key::ArrowUp);
        Darker "Darker" alt(Key::ArrowDown);
        Invert "Invert black and white": "Black for white, for the screen only: the network is fed the film as it is in the file" key(Key::I);
        UseAutoWindow "Score by auto window, or by the file's again";
        RotateAndScore "Rotate upright and score";
        InvertAndScore "Exchange black and white and score";
        AsInFile "Score the film as it is in its file";
        ToggleHistogram "Show or hide histogram": "How often each gray value occurs, with the window over it" key(Key::H);
        SwapWindowAxes "Swap the axes of the window drag";
    [Orientation "Orientation"]
        FitFilm "Fit film": "The whole film, as large as there is room" key(Key::F);
        ActualSize "Actual size, 1:1": "One pixel of the film on one of the screen" key(Key::Num0);
        ZoomIn "Zoom in" key(Key::Plus);
        ZoomOut "Zoom out" key(Key::Minus);
        PanLeft "Move film left" shift(Key::ArrowLeft);
        PanRight "Move film right" shift(Key::ArrowRight);
        PanUp "Move film up" shift(Key::ArrowUp);
        PanDown "Move film down" shift(Key::ArrowDown);
        TurnRight "Rotate clockwise": "Turns the film on the screen by 90°; scores and maps stay those of the file" key(Key::R);
        TurnLeft "Rotate counterclockwise": "Turns the film on the screen by 90° the other way" shift(Key::R);
        FlipHorizontally "Flip left and right": "Mirrors the film on the screen; the letters at its sides follow" key(Key::X);
        FlipVertically "Flip top and bottom": "Turns the film upside down on the screen" key(Key::Y);
        ResetDisplay "Reset view": "Back to the window, size and orientation of the file" key(Key::Home);
        Undo "Undo" ctrl(Key::Z);
        Redo "Redo" ctrl_shift(Key::Z);
    [Tools "Tools"]
        WindowTool "Drag: W/L" key(Key::W);
        PanTool "Drag: pan" shift(Key::P);
        ZoomTool "Drag: zoom" shift(Key::Z);
        MagnifierTool "Drag: magnifier" key(Key::G);
        LengthTool "Measure length" key(Key::L);
        AngleTool "Measure angle" key(Key::A);
        RatioTool "Measure cardiothoracic ratio" key(Key::K);
        RectangleTool "Measure gray values in a rectangle" key(Key::E);
        ArrowTool "Draw arrow" shift(Key::T);
        TextTool "Write text on the film" key(Key::T);
        CoverTool "Cover part of the film" key(Key::C);
        RemoveMeasurement "Remove selected or last measurement" key(Key::Delete);
    [FindingsAndMaps "Findings and maps"]
        NextFinding "Next finding" key(Key::ArrowDown);
        PreviousFinding "Previous finding" key(Key::ArrowUp);
        ResetThresholds "Reset thresholds": "All thresholds back to those of the model" ctrl(Key::R);
        Jitter "Stability of scores under small changes" key(Key::J);
        ToggleMap "Show or hide map": "Where the network found evidence for the finding in view" key(Key::M);
        ToggleContours "Outline or fill the map" shift(Key::C);
        ToggleSmoothMap "Map smooth or exact" shift(Key::S);
        AllMaps "Maps of all findings": "The maps of all findings side by side" shift(Key::M);
        Uncover "Uncover all" shift(Key::Delete);
        ToggleInput "Network input": "The small picture that the network is fed, in place of the film" key(Key::N);
    [Exports "Exports"]
        ExportAll "Export picture, table and DICOM…" ctrl(Key::S);
        ExportPicture "Export picture as PNG…": "The film as it is shown: with its measurements, and with the map unless it is hidden";
        ExportTable "Export table of scores…";
        ExportCapture "Export picture as DICOM…";
        ExportReport "Export scores as DICOM SR…";
        CopyPicture "Copy picture with file name" ctrl(Key::C);
        CopyScores "Copy table of scores" ctrl(Key::T);
    [Models "Models"]
        OpenModel "Open model…" ctrl(Key::M);
        OpenDefaultModel "Use the default model";
        PinModel "Pin or unpin this model": "A pinned model is loaded at every start, in place of the default model";
        About "About this model" ctrl(Key::I);
    [TrainingAndEvaluation "Training and evaluation"]
        ShowViewer "Viewer" ctrl(Key::Num1);
        ShowTraining "Training" ctrl(Key::Num2);
        ShowEvaluation "Evaluation" ctrl(Key::Num3);
        OpenScores "Open scores…" ctrl(Key::E);
        BackToEvaluation "Back to evaluation" key(Key::Backspace);
        Check "Check the data" key(Key::F6);
        StartTraining "Start training";
        PauseOrResume "Pause or resume training" key(Key::F8);
        StopTraining "Stop and keep";
        OpenRun "Open run…";
        CompareRun "Compare with run…";
        LoadConfig "Load configuration…";
        SaveConfig "Save configuration…";
    [Program "Program"]
        Quit "Quit" ctrl(Key::Q);
        ToggleList "Show or hide list of films" key(Key::OpenBracket);
        ToggleFindings "Show or hide findings" key(Key::CloseBracket);
        FilmOnly "Film only": "Hides the panels beside the film, or shows them again" key(Key::Backslash);
        FullScreen "Full screen" key(Key::F11);
        Palette "Command palette" ctrl(Key::K);
        Keys "Shortcuts and mouse" key(Key::Questionmark);
        Messages "Messages so far";
        Tour "Two-minute tour";
        Larger "Larger text" ctrl(Key::Plus);
        Smaller "Smaller text" ctrl(Key::Minus);
        ResetTextSize "Reset text size" ctrl(Key::Num0);
        SystemColors "System colors";
        Dark "Dark colors";
        Light "Light colors";
        TogglePatientName "Show or hide patient name";
}

impl Action {
    /// Whether its key counts only while a blinded session asks, and then before all others.
    pub fn is_of_session(self) -> bool {
        matches!(
            self,
            Self::AnswerPresent
                | Self::AnswerAbsent
                | Self::AnswerUnsure
                | Self::ClearAnswer
                | Self::NextQuestion
                | Self::PreviousQuestion
                | Self::MoreConfidence
                | Self::LessConfidence
                | Self::Confidence1
                | Self::Confidence2
                | Self::Confidence3
                | Self::Confidence4
                | Self::Confidence5
        )
    }
}

/// The mouse actions over the film, for the list of shortcuts.
pub const MOUSE: [(&str, &str); 10] = [
    (
        "Drag",
        "The selected tool; window width and center by default",
    ),
    ("Middle drag, or Space and drag", "Pan"),
    ("Wheel or pinch", "Zoom at the cursor"),
    ("Double click", "Fit film"),
    (
        "Press on a measurement",
        "Select it; drag one of its points or all of it",
    ),
    ("Double click on text", "Write it anew"),
    ("Hold Z", "Magnifier"),
    (
        "Drag the histogram's window",
        "Window center; its edges, width",
    ),
    ("Drag the mark of the open finding", "Move its threshold"),
    (
        "Point at the film",
        "Read the pixel's value and the evidence of the finding in view there",
    ),
];
