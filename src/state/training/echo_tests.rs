use super::*;

/// Six films of three patients with a table, of which `n_files` are there, and lists.
fn folder(n_files: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mut table = "Image Index,Patient ID,Finding Labels\n".to_owned();
    for n in 0..6 {
        let finding = ["Mass", "No Finding", "Edema|Mass"][n % 3];
        table += &format!("f{n}.png,{},{finding}\n", n / 2);
        if n < n_files {
            image::GrayImage::new(8, 8)
                .save(path(&format!("f{n}.png")))
                .unwrap();
        }
    }
    std::fs::write(path("Data_Entry_2017.csv"), table).unwrap();
    std::fs::write(
        path("train_val_list.txt"),
        "f0.png\nf1.png\nf2.png\nf3.png\n",
    )
    .unwrap();
    std::fs::write(path("test_list.txt"), "f4.png\nf5.png\n").unwrap();
    folder
}

fn echo(config: &TrainConfig, run_folder: &str) -> EchoReport {
    let question = Question {
        settings: config.data_settings(),
        run_folder: run_folder.to_owned(),
    };
    let data = open(&question.settings);
    EchoReport::of(question, data)
}

fn config(data: &Path) -> TrainConfig {
    TrainConfig {
        data: data.to_owned(),
        ..TrainConfig::default()
    }
}

#[test]
fn the_splits_that_are_there_are_offered_with_the_folders_lists_first() {
    let folder = folder(6);
    let mut config = config(folder.path());
    config.valid_share = 0.5;
    let report = echo(&config, "");
    assert_eq!(report.n_patients, 3);
    let [lists, patient, image] = &report.offers[..] else {
        panic!("expected three offers: {:?}", report.offers);
    };
    let counts = SplitCounts {
        n_films: [2, 2, 2],
        n_leaking: 0,
    };
    assert_eq!(lists.found, Ok(counts), "validation is taken from training");
    assert!(!lists.choice.is_chosen(&config) && patient.choice.is_chosen(&config));
    assert_eq!(image.choice, SplitChoice::Rule(SplitKind::Image));
    lists.choice.choose(&mut config);
    assert!(lists.choice.is_chosen(&config) && !patient.choice.is_chosen(&config));
    assert_eq!(config.test_list, Some(folder.path().join("test_list.txt")));
    assert_eq!(report.own_lists(), Some(&lists.choice));
    patient.choice.choose(&mut config);
    assert_eq!(config.test_list, None);
}

#[test]
fn lists_that_leak_or_cannot_be_read_are_offered_and_not_taken() {
    let folder = folder(6);
    let config = config(folder.path());
    let path = folder.path().join("test_list.txt");
    // The second patient's second film is tested.
    std::fs::write(&path, "f3.png\nf4.png\n").unwrap();
    let train = "f0.png\nf1.png\nf2.png\n";
    std::fs::write(folder.path().join("train_val_list.txt"), train).unwrap();
    let report = echo(&config, "");
    assert_eq!(report.offers[0].found.as_ref().unwrap().n_leaking, 1);
    assert_eq!(report.own_lists(), None);
    std::fs::write(&path, "").unwrap();
    assert_eq!(echo(&config, "").own_lists(), None);
}

#[test]
fn every_wrong_data_has_a_sentence() {
    let error = |report: EchoReport| report.data.unwrap_err();
    let missing = echo(&config(Path::new("/no/such")), "");
    assert_eq!(error(missing), "no such folder or table: /no/such");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.csv"), "x,y\n1,2\n").unwrap();
    let error = error(echo(&config(folder.path()), ""));
    assert!(
        error.starts_with("no table of films and findings found, choose its columns"),
        "{error}"
    );
}

#[test]
fn films_that_are_missing_are_counted_and_all_missing_is_an_error() {
    let some = folder(2);
    let report = echo(&config(some.path()), "");
    assert_eq!(report.data.unwrap().files.missing.len(), 4);
    let none = folder(0);
    let report = echo(&config(none.path()), "");
    let error = report.parts.unwrap_err();
    assert!(
        error.starts_with("no image of the table was found under"),
        "{error}"
    );
    assert_eq!(
        report.offers.len(),
        3,
        "the table can be split all the same"
    );
}

#[test]
fn an_empty_list_is_said_where_it_is_offered() {
    let folder = folder(6);
    std::fs::write(folder.path().join("test_list.txt"), "").unwrap();
    let report = echo(&config(folder.path()), "");
    let error = report.offers[0].found.clone().unwrap_err();
    assert!(error.starts_with("the list is empty"), "{error}");
    assert!(report.parts.is_ok(), "another split is in force");
}

#[test]
fn a_folder_that_no_run_can_be_in_is_refused_with_the_reason() {
    let folder = folder(6);
    let config = config(folder.path());
    let refused = |root: &Path| echo(&config, &root.display().to_string()).run_folder_error;
    assert_eq!(refused(&folder.path().join("runs/new")), None);
    let error = refused(folder.path()).unwrap();
    assert!(error.starts_with("the films are in this folder"), "{error}");
    let error = refused(&folder.path().join("f0.png/run")).unwrap();
    assert!(error.starts_with("no run can be written here"), "{error}");
}
