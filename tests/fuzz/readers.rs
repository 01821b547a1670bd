use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use thorax::dataset::{DataSet, FilmTable, SeededRandom, read_boxes, read_list};
use thorax::domain::Part;
use thorax::film;
use thorax::imaging::{FilmError, dicom_metadata, film_from_bytes, film_record, list_films};
use thorax::model::{KerasImport, ModelFile, import_keras};
use thorax::scores::Predictions;
use thorax::train::{RunFolder, TrainConfig};

use crate::mutate::mutated;

const MOST_BYTES: u64 = 2 << 30;
/// Far above what any input takes, for a machine that is busy.
const LONGEST: Duration = Duration::from_mins(1);
/// Larger files are left aside: they are slow to read and show no more.
const MAX_SEED_BYTES: u64 = 300_000;

/// What a reader made of an input.
enum Outcome {
    Read,
    Refused,
    /// A decoder of others panicked, and the panic became the error of this film.
    Caught,
}

impl Outcome {
    fn of<T, E>(result: &Result<T, E>) -> Self {
        if result.is_ok() {
            Self::Read
        } else {
            Self::Refused
        }
    }
}

/// Gives `read` changed bytes of `seeds`, and prints how it fared.
fn fuzz(name: &str, seeds: &[Vec<u8>], mut read: impl FnMut(&[u8]) -> Outcome) {
    let n_inputs = std::env::var("THORAX_FUZZ_INPUTS").map_or(200, |n| n.parse().unwrap());
    assert!(!seeds.is_empty(), "{name}: no sound file");
    let mut random = SeededRandom::for_stream(1, &[n_inputs]);
    let (mut n_read, mut n_caught, mut slowest) = (0, 0, Duration::ZERO);
    for _ in 0..n_inputs {
        let input = mutated(seeds, &mut random);
        let started = Instant::now();
        match read(&input) {
            Outcome::Read => n_read += 1,
            Outcome::Refused => (),
            Outcome::Caught => n_caught += 1,
        }
        slowest = slowest.max(started.elapsed());
        assert!(slowest < LONGEST, "{name}: {slowest:?}");
    }
    let peak = peak_bytes();
    println!(
        "{name}: {n_inputs} inputs of {n_seeds} files: {n_read} read, {n_caught} panics caught, \
         slowest {slowest:.0?}, at most {peak_mb} MB so far",
        n_seeds = seeds.len(),
        peak_mb = peak.map_or("n/a".to_owned(), |peak| (peak >> 20).to_string()),
    );
    assert!(peak.is_none_or(|peak| peak < MOST_BYTES), "{name}");
}

/// The most memory that this process has held; `None` where the system does not say.
fn peak_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kb: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kb << 10)
}

/// The files below `folder` with one of these `endings`.
fn sound(folder: &Path, endings: &[&str]) -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let ending = path.extension().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                folders.push(path);
            } else if endings.contains(&ending.as_ref()) {
                files.push(path);
            }
        }
    }
    files.sort();
    // A small file of much data is refused after seconds, as its own test shows.
    files.retain(|path| {
        fs::metadata(path).unwrap().len() <= MAX_SEED_BYTES && !path.ends_with("much_of_nothing.h5")
    });
    files.iter().map(|path| fs::read(path).unwrap()).collect()
}

fn reference(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/reference")
        .join(folder)
}

/// The same of the cases as people have them, where there are any.
fn of_cases(endings: &[&str]) -> Vec<Vec<u8>> {
    std::env::var_os("THORAX_CASES").map_or(Vec::new(), |cases| sound(Path::new(&cases), endings))
}

/// A reader that takes a path is given the input in a file called `name`.
fn by_path(name: &str, mut read: impl FnMut(&Path) -> Outcome) -> impl FnMut(&[u8]) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    move |bytes| {
        fs::write(folder.path().join(path.file_name().unwrap()), bytes).unwrap();
        read(&path)
    }
}

fn read_film(bytes: &[u8]) -> Outcome {
    match film_from_bytes(bytes, Path::new("film")) {
        Ok(_) => Outcome::Read,
        Err(FilmError::Decoder { .. }) => Outcome::Caught,
        Err(_) => Outcome::Refused,
    }
}

fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

#[test]
fn dicom() {
    let mut seeds = sound(&reference("dicom"), &["dcm"]);
    seeds.extend(of_cases(&["dcm"]));
    fuzz("DICOM", &seeds, read_film);
}

#[test]
fn metadata_of_dicom() {
    let mut seeds = sound(&reference("dicom"), &["dcm"]);
    seeds.extend(of_cases(&["dcm"]));
    let read = |path: &Path| {
        film_record(path);
        Outcome::of(&dicom_metadata(path))
    };
    fuzz("metadata of DICOM", &seeds, by_path("film.dcm", read));
}

#[test]
fn dicom_directories() {
    let medium = reference("dicom").join("medium");
    let seeds = [fs::read(medium.join("DICOMDIR")).unwrap()];
    let folder = tempfile::tempdir().unwrap();
    // Some of the files that it names are there.
    let below = folder.path().join("PT000000/ST000000/SE000000");
    fs::create_dir_all(&below).unwrap();
    fs::write(below.join("IM000000"), []).unwrap();
    let path = folder.path().join("DICOMDIR");
    let read = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let found = list_films(&path);
        for film in found.iter().flat_map(|found| &found.films) {
            assert!(film.starts_with(folder.path()), "{}", film.display());
        }
        Outcome::of(&found)
    };
    fuzz("DICOM directories", &seeds, read);
}

#[test]
fn pictures() {
    let endings = ["png", "jpg", "tif", "tiff", "bmp", "jpeg"];
    let mut seeds = sound(&reference("pictures"), &endings);
    for format in [image::ImageFormat::Bmp, image::ImageFormat::Jpeg] {
        let mut bytes = Vec::new();
        let picture = image::GrayImage::from_fn(40, 50, |x, y| image::Luma([(x * y) as u8]));
        picture
            .write_to(&mut Cursor::new(&mut bytes), format)
            .unwrap();
        seeds.push(bytes);
    }
    seeds.extend(of_cases(&endings));
    fuzz("pictures", &seeds, read_film);
}

#[test]
fn archives() {
    let films = sound(&reference("pictures"), &["png"]);
    let seeds: Vec<Vec<u8>> = [
        zip::CompressionMethod::Stored,
        zip::CompressionMethod::Deflated,
    ]
    .map(|method| {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        for (n, film) in films.iter().take(3).enumerate() {
            archive
                .start_file(format!("folder/{n}.png"), options)
                .unwrap();
            archive.write_all(film).unwrap();
        }
        archive.finish().unwrap().into_inner()
    })
    .to_vec();
    let read = |path: &Path| {
        let Ok(found) = list_films(path) else {
            return Outcome::Refused;
        };
        Outcome::of(
            &found
                .films
                .iter()
                .try_for_each(|path| film::open(path).map(drop)),
        )
    };
    fuzz("archives", &seeds, by_path("films.zip", read));
}

#[test]
fn tables_of_labels() {
    let mut seeds = texts(&[
        "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position\n\
         1_0.png,Mass|Effusion,0,1,57,M,PA\n2_0.png,No Finding,0,2,060Y,F,AP\n",
        "Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Edema,Pleural Effusion\n\
         CheXpert-v1.0/train/patient00001/study1/view1_frontal.jpg,Female,68,Frontal,AP,1.0,,-1.0\n",
        "image_id,class_name,class_id,rad_id,x_min,y_min,x_max,y_max\na,Nodule/Mass,8,R1,1,2,3,4\n",
        "ImageID;StudyID;PatientID;Projection;Labels\n1.png;2;3;PA;\"['nodule', 'mass']\"\n",
        "patientId,x,y,width,height,Target\na,,,,,0\nb,1.5,2,3,4,1\n",
        "image,patient,Mass,Effusion\na.png,p1,1,0\nb.png,p2,True,\n",
    ]);
    seeds.extend(of_cases(&["csv", "tsv", "txt", "gz"]));
    let read = |path: &Path| Outcome::of(&DataSet::open(path, None));
    fuzz(
        "tables of labels",
        &seeds,
        by_path("Data_Entry_2017.csv", read),
    );
}

#[test]
fn predictions() {
    let mut seeds = texts(&[
        "path,patient,Mass,Mass_score,Edema,Edema_score\na.png,1,1,0.25,0,0.5\nb.png,2,0,0.125,,0.75\n",
        "film,Mass,Mass_score,model_id,model_run,model_epoch\na,1,0.2,abc,run,3\n",
    ]);
    seeds.extend(of_cases(&["csv"]));
    let read = |path: &Path| Outcome::of(&Predictions::load(path));
    fuzz("predictions", &seeds, by_path("predictions.csv", read));
}

#[test]
fn lists_and_boxes() {
    let table = "Image Index,Finding Labels,Patient ID\n1_0.png,Mass,1\n2_0.png,No Finding,2\n";
    let folder = tempfile::tempdir().unwrap();
    let table_path = folder.path().join("table.csv");
    fs::write(&table_path, table).unwrap();
    let table: FilmTable = DataSet::open(&table_path, None).unwrap().table;
    let lists = texts(&[
        "1_0.png\n2_0.png\n",
        "dicom_id,split\n1_0,train\n2_0,validate\n",
    ]);
    let read = |path: &Path| Outcome::of(&read_list(&table, path, Part::Train));
    fuzz("lists", &lists, by_path("list.txt", read));

    let boxes = texts(&[
        "Image Index,Finding Label,Bbox [x,y,w,h],,,\n1_0.png,Mass,225.0,547.0,86.7,79.1,\n",
    ]);
    let read = |path: &Path| Outcome::of(&read_boxes(path));
    fuzz("boxes", &boxes, by_path("boxes.csv", read));
}

#[test]
fn weights_of_keras() {
    let seeds = sound(&reference("keras_layouts"), &["h5"]);
    let read = |path: &Path| Outcome::of(&import_keras(path, KerasImport::of_notebook(path)));
    fuzz("Keras weights", &seeds, by_path("weights.h5", read));
}

#[test]
fn model_files() {
    let weights = reference("keras_layouts").join("whole_model.h5");
    let model = import_keras(&weights, KerasImport::of_notebook(&weights)).unwrap();
    let seeds = [model.to_bytes().unwrap()];
    let read = |path: &Path| Outcome::of(&ModelFile::load(path));
    fuzz("model files", &seeds, by_path("model.safetensors", read));
}

#[test]
fn configurations_and_runs() {
    let config = toml::to_string(&TrainConfig::default()).unwrap();
    let configs = [config.clone().into_bytes()];
    let read = |path: &Path| Outcome::of(&TrainConfig::load(path));
    fuzz("configurations", &configs, by_path("config.toml", read));

    let info = r#"{"software":"1","device":"CPU","started":"now","table":"t.csv","data_fingerprint":"0",
        "class_frequencies":[["Mass",0.5]],"n_films":[1,1,1],"n_films_of_split":[1,1,1],"n_missing":[0,0,0],
        "unreadable":[],"n_leaking_patients":0,"test_auc":null}"#;
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("config.toml"), config).unwrap();
    let read = |bytes: &[u8]| {
        fs::write(root.path().join("run.json"), bytes).unwrap();
        Outcome::of(&RunFolder::open(root.path()).and_then(|run| run.info()))
    };
    fuzz("run.json", &texts(&[info]), read);
}

#[cfg(feature = "gui")]
#[test]
fn notes() {
    let seeds = texts(&[
        r#"{"format_version":1,"films":{"a.png":{"note":"a note","changed":"2026-11-26T20:00:00Z"}}}"#,
    ]);
    let read = |path: &Path| Outcome::of(&thorax::state::Sidecar::read(path));
    fuzz("notes", &seeds, by_path("thorax-notes.json", read));
}
