//! A DICOMDIR: which files a medium has, of which patients, studies and series (PS3.3 F).
//!
//! Records lead to each other by offsets into the file. Where these are wrong, as after an edit, the images are known
//! but not whose they are: their own files say so.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dicom_dictionary_std::tags;

use super::DicomError;
use super::attributes::Attributes;
use super::elements::{Object, damaged};
use super::source::Source;
use super::study::record_of;
use crate::imaging::FilmRecord;

/// The images of a DICOMDIR.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::imaging) struct Directory {
    /// By patient, study and series, in their order.
    pub images: Vec<DirectoryImage>,
    /// Kinds of the records that are no images, one a record.
    pub others: Vec<&'static str>,
    /// Whether its offsets lead nowhere or in circles, so that the written order was taken.
    pub broken_offsets: bool,
}

/// One image of a DICOMDIR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::imaging) struct DirectoryImage {
    /// Folders and file below that of the DICOMDIR, as it spells them; empty where it names none.
    pub file: Vec<String>,
    /// Whose it is; what it says itself where offsets are broken.
    pub record: FilmRecord,
}

impl Directory {
    /// Reads the bytes of a DICOMDIR.
    pub(in crate::imaging) fn read(bytes: &[u8]) -> Result<Self, DicomError> {
        let source = Source::of(bytes)?;
        let (data_set, _) = source.data_set();
        let object = source.parse()?;
        let sequence = object
            .get(tags::DIRECTORY_RECORD_SEQUENCE)
            .ok_or_else(|| damaged("it has no Directory Record Sequence"))?;
        let start = source.start_in(bytes).unwrap_or_default();
        let start = start + (sequence.value.as_ptr().addr() - data_set.as_ptr().addr());
        let items = sequence.items_at()?;
        let items = items.iter().map(|(at, item)| (start + at, item));
        let records = Records(items.map(|(at, item)| (at, Record::of(item))).collect());
        let root = offset(
            &Attributes::new(&object),
            tags::OFFSET_OF_THE_FIRST_DIRECTORY_RECORD_OF_THE_ROOT_DIRECTORY_ENTITY,
        );
        Ok(records.by_offsets(root).unwrap_or_else(|| Self {
            broken_offsets: true,
            ..records.as_written()
        }))
    }
}

/// What of a record is used.
struct Record {
    kind: Kind,
    /// Offset in the file of the next record of its folder; 0 for none.
    next: usize,
    /// The same of the first record below it.
    below: usize,
    /// False for one that was taken out.
    in_use: bool,
    file: Vec<String>,
    said: FilmRecord,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A patient, a study or a series.
    Above,
    Image,
    /// Named as in lists of folders.
    Other(&'static str),
}

impl Record {
    fn of(item: &Object<'_>) -> Self {
        let attributes = Attributes::new(item);
        let kind = attributes.code(tags::DIRECTORY_RECORD_TYPE);
        let kind = match kind.as_deref().unwrap_or_default() {
            "PATIENT" | "STUDY" | "SERIES" => Kind::Above,
            "IMAGE" => Kind::Image,
            "SR DOCUMENT" | "KEY OBJECT DOC" => Kind::Other("a structured report"),
            "PRESENTATION" => Kind::Other("a presentation state"),
            "WAVEFORM" => Kind::Other("a waveform"),
            "ENCAP DOC" => Kind::Other("an encapsulated document"),
            _ => Kind::Other("a file of another kind"),
        };
        let mut said = record_of(&attributes);
        if let Some(uid) = attributes.text(tags::REFERENCED_SOP_INSTANCE_UID_IN_FILE) {
            let study = said.visit.study.get_or_insert_default();
            study.instance_uid = Some(uid);
        }
        Self {
            kind,
            next: offset(&attributes, tags::OFFSET_OF_THE_NEXT_DIRECTORY_RECORD),
            below: offset(
                &attributes,
                tags::OFFSET_OF_REFERENCED_LOWER_LEVEL_DIRECTORY_ENTITY,
            ),
            in_use: attributes.integer(tags::RECORD_IN_USE_FLAG) != Some(Ok(0)),
            file: attributes.texts(tags::REFERENCED_FILE_ID),
            said,
        }
    }

    /// What is known of it with what those above it say.
    fn with(&self, above: &FilmRecord) -> FilmRecord {
        let mut record = self.said.clone();
        record.complete_with(above.clone());
        record
    }
}

/// An offset; 0 where there is none.
fn offset(attributes: &Attributes<'_>, tag: dicom_core::Tag) -> usize {
    let value = attributes.integer(tag).and_then(Result::ok);
    value
        .and_then(|value| usize::try_from(value).ok())
        .unwrap_or_default()
}

/// Records by their places in the file.
struct Records(BTreeMap<usize, Record>);

impl Records {
    /// The directory by its offsets, each record once; `None` where they lead elsewhere than to records, in
    /// circles, or past some images.
    fn by_offsets(&self, root: usize) -> Option<Directory> {
        let mut directory = Directory::default();
        let mut seen = BTreeSet::new();
        let mut waiting = vec![(root, Arc::new(FilmRecord::default()))];
        while let Some((at, above)) = waiting.pop() {
            if at == 0 {
                continue;
            }
            let record = self.0.get(&at).filter(|_| seen.insert(at))?;
            let said = Arc::new(record.with(&above));
            waiting.push((record.next, above));
            if record.in_use {
                directory.take(record, &said);
                // Taken next: what is below comes before what comes behind.
                waiting.push((record.below, said));
            } else {
                self.pass_over(record.below, &mut seen);
            }
        }
        let mut images = self.0.iter().filter(|(_, record)| record.is_image());
        images.all(|(at, _)| seen.contains(at)).then_some(directory)
    }

    /// Marks the records below one that was taken out as seen.
    fn pass_over(&self, first: usize, seen: &mut BTreeSet<usize>) {
        let mut waiting = vec![first];
        while let Some(at) = waiting.pop() {
            if let Some(record) = self.0.get(&at)
                && seen.insert(at)
            {
                waiting.extend([record.next, record.below]);
            }
        }
    }

    /// The directory by the order in which its records are written: which are below which is not known then.
    fn as_written(&self) -> Directory {
        let mut directory = Directory::default();
        for record in self.0.values().filter(|record| record.in_use) {
            directory.take(record, &record.said);
        }
        directory
    }
}

impl Record {
    fn is_image(&self) -> bool {
        self.in_use && self.kind == Kind::Image
    }
}

impl Directory {
    fn take(&mut self, record: &Record, said: &FilmRecord) {
        match record.kind {
            Kind::Image => self.images.push(DirectoryImage {
                file: record.file.clone(),
                record: said.clone(),
            }),
            Kind::Other(name) => self.others.push(name),
            Kind::Above => {}
        }
    }
}
