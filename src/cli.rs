//! The command line: the same functions as the window's, the same numbers to the bit.

mod bench;
mod classify;
mod data;
mod evaluate;
mod export;
mod import;
mod info;
mod output;
mod train;
#[cfg(feature = "gui")]
mod window;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

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
    Classify(ClassifyArgs),
    /// Writes scores and maps of films as pictures, tables and DICOM
    Export(export::ExportArgs),
    /// Makes a model file from weights that Keras saved
    Import(ImportArgs),
    /// Says what a model file says of itself
    Info(InfoArgs),
    /// Says what stands in a data set and what a split makes of it, without training
    Data(data::DataArgs),
    /// Measures how fast this machine scores and trains, within 30 s
    Bench(BenchArgs),
    /// Says how good scores are: curves' areas, counts at thresholds, intervals, a report
    Evaluate(evaluate::EvaluateArgs),
    /// Trains a model on a folder of labelled films, or goes on with a run
    Train(TrainArgs),
}

#[derive(Debug, Args)]
struct TrainArgs {
    /// A folder of films with its table of labels, or the table
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// The run's folder, made if need be
    #[arg(long, value_name = "RUN", conflicts_with = "resume")]
    out: Option<PathBuf>,
    /// Goes on with a run that was stopped
    #[arg(long, value_name = "RUN", conflicts_with_all = ["data", "config", "set"])]
    resume: Option<PathBuf>,
    /// A configuration, as a run's `config.toml` or the window writes it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// One key of the configuration, over what the file says
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    #[command(flatten)]
    device: DeviceArgs,
}

#[derive(Debug, Args)]
struct ClassifyArgs {
    /// Films, or folders whose films are all scored
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// A model file or Keras weights; the default model without it
    #[arg(long)]
    model: Option<PathBuf>,
    /// How results are printed
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Folder for pictures of the maps over the films, made if need be
    #[arg(long, value_name = "DIR")]
    cam: Option<PathBuf>,
    /// Findings to draw maps of; without it those above threshold, or else the highest
    #[arg(long, value_name = "LABEL", requires = "cam")]
    cam_label: Vec<String>,
    /// Measures how far scores move over N small shifts, turns and exposures of each film
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..=1000))]
    jitter: Option<u16>,
    #[command(flatten)]
    device: DeviceArgs,
}

#[derive(Clone, Copy, Debug, Args)]
struct DeviceArgs {
    /// Where the network runs
    #[arg(long, value_enum, default_value_t = DeviceChoice::Cpu)]
    device: DeviceChoice,
    /// Threads on the processor; as many as it has cores without it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// What computes the network on the processor
    #[arg(long, value_enum, default_value_t = EngineChoice::Native)]
    engine: EngineChoice,
    /// How exactly a GPU multiplies in convolutions; f32 without it
    #[arg(long, value_enum)]
    precision: Option<PrecisionChoice>,
}

#[derive(Debug, Args)]
struct BenchArgs {
    /// How it is printed
    #[arg(long, value_enum, default_value_t = InfoFormat::Text)]
    format: InfoFormat,
    /// Threads; as many as the processor has cores without it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
}

#[derive(Debug, Args)]
struct ImportArgs {
    /// What Keras' `save_weights` wrote
    weights: PathBuf,
    /// The model file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// How films are brought to the network's size
    #[arg(long, value_enum, default_value_t = InterpolationChoice::Nearest)]
    interpolation: InterpolationChoice,
    /// Labels in output order; without it the NIH findings alphabetically
    #[arg(long, value_delimiter = ',')]
    labels: Vec<String>,
    /// The model's name; without it the name of the file
    #[arg(long)]
    name: Option<String>,
    /// A JSON file with where the weights come from
    #[arg(long, value_name = "FILE")]
    provenance: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct InfoArgs {
    /// A model file or Keras weights
    model: PathBuf,
    /// How it is printed
    #[arg(long, value_enum, default_value_t = InfoFormat::Text)]
    format: InfoFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For reading
    Table,
    /// One row a film
    Csv,
    /// An array of objects
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum InfoFormat {
    /// For reading
    Text,
    /// The model file's own metadata
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DeviceChoice {
    /// The processor
    Cpu,
    /// An NVIDIA GPU, in builds with the feature `cuda`
    Cuda,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PrecisionChoice {
    /// As the processor does
    F32,
    /// Factors of 11 bits, as NVIDIA's tensor cores take them
    Tf32,
    /// Factors of 8 bits: faster still, and coarser
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
    /// Our own kernels
    Native,
    /// Plain candle, slow: for when the kernels are in doubt
    Reference,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum InterpolationChoice {
    /// As PIL and Keras' generators do
    Nearest,
    /// As `OpenCV` does
    Bilinear,
    /// Mean of the pixels covered
    Area,
    /// Windowed sinc, antialiased
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

/// Reads the arguments and does what they ask; errors go to stderr as one line.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        #[cfg(feature = "gui")]
        None => window::run(cli.files, cli.device),
        #[cfg(not(feature = "gui"))]
        None => without_window(&cli.files),
        Some(Command::Classify(args)) => classify::run(&args),
        Some(Command::Export(args)) => export::run(&args),
        Some(Command::Import(args)) => import::run(&args),
        Some(Command::Info(args)) => info::run(&args),
        Some(Command::Data(args)) => data::run(&args),
        Some(Command::Evaluate(args)) => evaluate::run(&args),
        Some(Command::Bench(args)) => bench::run(&args),
        Some(Command::Train(args)) => train::run(&args),
    };
    result.unwrap_or_else(|error| {
        output::complain(&cause_chain(&error));
        ExitCode::FAILURE
    })
}

/// A build without a window has nothing to open films in: help, or what to use instead.
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

/// A device, and what the user should hear about the choice.
struct ChosenDevice {
    device: ComputeDevice,
    remark: Option<String>,
}

/// The device asked for. Where a GPU is asked for and cannot be had, the processor, with a remark;
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
                remark = Some(format!("{error}; using the processor"));
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

/// A device that has no use for `--threads`.
fn idle_threads(args: DeviceArgs, device: ComputeDevice) -> ChosenDevice {
    let remark = args.threads.map(|_| {
        let name = device.name();
        format!("--threads is for our own kernels and has no effect on {name}")
    });
    ChosenDevice { device, remark }
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
