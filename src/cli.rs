//! The command line: the same functions as the window's, the same numbers to the bit.

mod average;
mod bench;
mod classify;
mod data;
mod evaluate;
mod explain;
mod export;
#[cfg(feature = "gui")]
mod file_manager;
mod import;
mod info;
mod merge;
mod output;
mod progress;
mod resume_command;
mod runs;
mod sample_data;
mod train;
#[cfg(feature = "gui")]
mod window;

use std::path::PathBuf;
use std::process::ExitCode;
use std::thread::available_parallelism;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::dataset::{LabelRules, Readers, Uncertain};
use crate::domain::NOTICE;
use crate::imaging::Interpolation;
use crate::model::{Classifier, ComputeDevice, DeviceError, ModelSource, Precision};
use crate::work::cause_chain;

/// Shows what a network sees in chest films, where, and how far to believe it.
#[derive(Debug, Parser)]
#[command(version, about, after_help = NOTICE, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Films, folders of films, or one model file to open in the window
    files: Vec<PathBuf>,
    #[command(flatten)]
    device: DeviceArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Scores films without a window
    Classify(classify::ClassifyArgs),
    /// Writes the results of all shards of `classify --out` into one file
    Merge(merge::MergeArgs),
    /// Shows where the network looked in a film, by any map method
    Explain(explain::ExplainArgs),
    /// Writes scores and maps of films as pictures, tables and DICOM
    Export(export::ExportArgs),
    /// Converts Keras weights to a model file
    Import(ImportArgs),
    /// Averages models that sites have trained from one start, as in federated averaging
    Average(average::AverageArgs),
    /// Prints the model card
    Info(InfoArgs),
    /// Summarizes a data set and its split, without training
    Data(data::DataArgs),
    /// Measures how fast this machine scores and trains, within 30 s
    Bench(BenchArgs),
    /// Evaluates scores: AUC, confusion counts at thresholds, confidence intervals, a report
    Evaluate(Box<evaluate::EvaluateArgs>),
    /// Trains a model on a folder of labeled films, or resumes a run
    Train(train::TrainArgs),
    /// Lists training runs: state, best epoch, AUC, what differs between them
    Runs(runs::RunsArgs),
    /// Draws a set of chest films with findings, to try the program without a patient's data
    SampleData(sample_data::SampleDataArgs),
}

/// What a table of labels leaves to its user.
#[derive(Clone, Copy, Debug, Args)]
struct LabelArgs {
    /// Meaning of uncertain labels (-1): ignore (unknown, as blank ones), positive or negative;
    /// default: ignore
    #[arg(long, value_name = "RULE")]
    uncertain: Option<Uncertain>,
    /// Findings of films with several readers: those of the majority or of any; default: majority
    #[arg(long, value_name = "RULE")]
    readers: Option<Readers>,
}

impl LabelArgs {
    fn rules(self) -> LabelRules {
        LabelRules {
            uncertain: self.uncertain.unwrap_or_default(),
            readers: self.readers.unwrap_or_default(),
        }
    }
}

#[derive(Clone, Copy, Debug, Args)]
struct DeviceArgs {
    /// Device that runs the network
    #[arg(long, value_enum, default_value_t = DeviceChoice::Cpu)]
    device: DeviceChoice,
    /// Number of CPU threads; default: one per core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// Engine that runs the network on the CPU
    #[arg(long, value_enum, default_value_t = EngineChoice::Native)]
    engine: EngineChoice,
    /// Precision of convolutions on a GPU; default: f32
    #[arg(long, value_enum)]
    precision: Option<PrecisionChoice>,
}

#[derive(Debug, Args)]
struct BenchArgs {
    /// Output format
    #[arg(long, value_enum, default_value_t = InfoFormat::Text)]
    format: InfoFormat,
    /// Number of threads; default: one per core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
}

#[derive(Debug, Args)]
struct ImportArgs {
    /// Weights file written by Keras' `save_weights`
    weights: PathBuf,
    /// Model file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Replaces the model file if it exists
    #[arg(long)]
    overwrite: bool,
    /// Interpolation for resizing films to the network input
    #[arg(long, value_enum, default_value_t = InterpolationChoice::Nearest)]
    interpolation: InterpolationChoice,
    /// Labels in output order; default: the NIH findings in alphabetical order
    #[arg(long, value_delimiter = ',')]
    labels: Vec<String>,
    /// Name of the model; default: the file name
    #[arg(long)]
    name: Option<String>,
    /// JSON file with the provenance of the weights
    #[arg(long, value_name = "FILE")]
    provenance: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct InfoArgs {
    /// A model file or Keras weights
    model: PathBuf,
    /// Output format
    #[arg(long, value_enum, default_value_t = InfoFormat::Text)]
    format: InfoFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Human-readable text
    Table,
    /// CSV, one row per film
    Csv,
    /// JSON, an array of objects
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum InfoFormat {
    /// Human-readable text
    Text,
    /// JSON, the metadata of the model file
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DeviceChoice {
    /// CPU
    Cpu,
    /// NVIDIA GPU, in builds with the feature `cuda`
    Cuda,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PrecisionChoice {
    /// f32, as on the CPU
    F32,
    /// TF32: 11-bit mantissas for products, f32 accumulation
    Tf32,
    /// bfloat16: 8-bit mantissas for products, f32 accumulation
    Bf16,
}

impl From<PrecisionChoice> for Precision {
    fn from(choice: PrecisionChoice) -> Self {
        match choice {
            PrecisionChoice::F32 => Self::F32,
            PrecisionChoice::Tf32 => Self::Tf32,
            PrecisionChoice::Bf16 => Self::Bf16,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum EngineChoice {
    /// Built-in kernels
    Native,
    /// Candle, slow: to verify the built-in kernels
    Reference,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum InterpolationChoice {
    /// Nearest neighbor, as PIL and Keras' generators do
    Nearest,
    /// Bilinear, not antialiased, as `OpenCV` does
    Bilinear,
    /// Area average
    Area,
    /// Lanczos (windowed sinc), antialiased
    Lanczos,
}

impl From<InterpolationChoice> for Interpolation {
    fn from(choice: InterpolationChoice) -> Self {
        match choice {
            InterpolationChoice::Nearest => Self::Nearest,
            InterpolationChoice::Bilinear => Self::Bilinear,
            InterpolationChoice::Area => Self::Area,
            InterpolationChoice::Lanczos => Self::Lanczos,
        }
    }
}

/// Parses the arguments and runs the command; errors go to stderr as one line.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        #[cfg(feature = "gui")]
        None => window::run(cli.files, cli.device),
        #[cfg(not(feature = "gui"))]
        None => without_window(&cli.files),
        Some(Command::Classify(args)) => classify::run(&args),
        Some(Command::Merge(args)) => merge::run(&args),
        Some(Command::Explain(args)) => explain::run(&args),
        Some(Command::Export(args)) => export::run(&args),
        Some(Command::Import(args)) => import::run(&args),
        Some(Command::Average(args)) => average::run(&args),
        Some(Command::Info(args)) => info::run(&args),
        Some(Command::Data(args)) => data::run(&args),
        Some(Command::Evaluate(args)) => evaluate::run(&args),
        Some(Command::Bench(args)) => bench::run(&args),
        Some(Command::Train(args)) => train::run(&args),
        Some(Command::Runs(args)) => runs::run(&args),
        Some(Command::SampleData(args)) => sample_data::run(&args),
    };
    result.unwrap_or_else(|error| {
        output::complain(&cause_chain(&error));
        ExitCode::FAILURE
    })
}

/// Without a window: prints the help, or names the command to use instead.
#[cfg(not(feature = "gui"))]
fn without_window(files: &[PathBuf]) -> anyhow::Result<ExitCode> {
    use clap::CommandFactory as _;
    anyhow::ensure!(
        files.is_empty(),
        "this build has no window: use `thorax classify FILES`"
    );
    Cli::command().print_help()?;
    Ok(ExitCode::SUCCESS)
}

/// A device, and a remark for the user about the choice.
struct ChosenDevice {
    device: ComputeDevice,
    remark: Option<String>,
}

/// The requested device. If a requested GPU is unavailable, the CPU, with a remark;
/// a build that knows no GPU is an error.
fn device(args: DeviceArgs) -> anyhow::Result<ChosenDevice> {
    let for_gpu = args.precision.is_none() || args.device == DeviceChoice::Cuda;
    anyhow::ensure!(for_gpu, "--precision is for GPUs: it needs --device cuda");
    let mut remark = None;
    if args.device == DeviceChoice::Cuda {
        let precision = args.precision.map_or(Precision::F32, Precision::from);
        match ComputeDevice::cuda(precision) {
            Ok(device) => return Ok(idle_threads(args, device)),
            Err(error @ DeviceError::Gpu(_)) => {
                remark = Some(format!("{error}; using the CPU"));
            }
            Err(error) => return Err(error.into()),
        }
    }
    let device = match (args.engine, args.threads) {
        (EngineChoice::Reference, _) => {
            let chosen = idle_threads(args, ComputeDevice::reference());
            let remark = remark.or(chosen.remark);
            return Ok(ChosenDevice { remark, ..chosen });
        }
        (EngineChoice::Native, Some(n)) => ComputeDevice::cpu_with_threads(usize::from(n))?,
        (EngineChoice::Native, None) => ComputeDevice::cpu(),
    };
    Ok(ChosenDevice { device, remark })
}

/// A device that ignores `--threads`.
fn idle_threads(args: DeviceArgs, device: ComputeDevice) -> ChosenDevice {
    let remark = args.threads.map(|_| {
        let name = device.name();
        format!("--threads applies to the built-in kernels only and has no effect on {name}")
    });
    ChosenDevice { device, remark }
}

/// Threads that score on a device, or feed one that is no processor.
fn n_threads_of(device: &ComputeDevice) -> usize {
    let engine = device.engine();
    engine.map_or_else(
        || available_parallelism().map_or(1, usize::from),
        |engine| engine.n_threads(),
    )
}

/// The same, the remark said on stderr.
fn device_for_command(args: DeviceArgs) -> anyhow::Result<ComputeDevice> {
    let chosen = device(args)?;
    if let Some(remark) = &chosen.remark {
        output::complain(remark);
    }
    Ok(chosen.device)
}

fn open_model(path: Option<&PathBuf>, device: &ComputeDevice) -> anyhow::Result<Classifier> {
    let source = match path {
        Some(path) => ModelSource::File(path.clone()),
        None => ModelSource::Default,
    };
    Ok(Classifier::open(&source, device)?)
}
