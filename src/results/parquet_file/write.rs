use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as PhysicalType};
use parquet::column::writer::{ColumnWriter, ColumnWriterImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};

/// What a column of a file that is written holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ParquetKind {
    Text,
    Float,
    Double,
    Flag,
    Integer,
}

/// The cells of a column in a group of rows; `None` where one is empty.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ParquetCells {
    Text(Vec<Option<String>>),
    Float(Vec<Option<f32>>),
    Double(Vec<Option<f64>>),
    Flag(Vec<Option<bool>>),
    Integer(Vec<Option<i64>>),
}

/// Writes a Parquet file, a group of rows at a time, compressed by snappy.
pub struct ParquetWriter<W: Write + Send>(SerializedFileWriter<W>);

impl<W: Write + Send> ParquetWriter<W> {
    /// A file with these columns, in which any cell may be empty.
    pub fn new(file: W, columns: &[(String, ParquetKind)]) -> io::Result<Self> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("thorax version ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let schema = schema(columns).map_err(io::Error::other)?;
        let writer = SerializedFileWriter::new(file, schema, Arc::new(properties));
        writer.map(Self).map_err(io::Error::other)
    }

    /// Writes a group of rows: the cells of each column, as many of each.
    pub fn write(&mut self, columns: Vec<ParquetCells>) -> io::Result<()> {
        self.write_group(columns).map_err(io::Error::other)
    }

    fn write_group(&mut self, columns: Vec<ParquetCells>) -> Result<(), ParquetError> {
        let mut group = self.0.next_row_group()?;
        let mut columns = columns.into_iter();
        while let Some(mut writer) = group.next_column()? {
            let cells = columns.next();
            let other = || ParquetError::General("a column of another kind".to_owned());
            match (writer.untyped(), cells.ok_or_else(other)?) {
                (ColumnWriter::ByteArrayColumnWriter(writer), ParquetCells::Text(cells)) => {
                    let bytes = |text: String| ByteArray::from(text.into_bytes());
                    write_cells(writer, cells.into_iter().map(|text| text.map(bytes)))?;
                }
                (ColumnWriter::FloatColumnWriter(writer), ParquetCells::Float(cells)) => {
                    write_cells(writer, cells.into_iter())?;
                }
                (ColumnWriter::DoubleColumnWriter(writer), ParquetCells::Double(cells)) => {
                    write_cells(writer, cells.into_iter())?;
                }
                (ColumnWriter::BoolColumnWriter(writer), ParquetCells::Flag(cells)) => {
                    write_cells(writer, cells.into_iter())?;
                }
                (ColumnWriter::Int64ColumnWriter(writer), ParquetCells::Integer(cells)) => {
                    write_cells(writer, cells.into_iter())?;
                }
                _ => return Err(other()),
            }
            writer.close()?;
        }
        group.close()?;
        Ok(())
    }

    /// Writes the footer, without which a file cannot be read.
    pub fn finish(self) -> io::Result<()> {
        self.0.close().map_err(io::Error::other)?;
        Ok(())
    }
}

fn schema(columns: &[(String, ParquetKind)]) -> Result<TypePtr, ParquetError> {
    let field = |(name, kind): &(String, ParquetKind)| {
        let physical = match kind {
            ParquetKind::Text => PhysicalType::BYTE_ARRAY,
            ParquetKind::Float => PhysicalType::FLOAT,
            ParquetKind::Double => PhysicalType::DOUBLE,
            ParquetKind::Flag => PhysicalType::BOOLEAN,
            ParquetKind::Integer => PhysicalType::INT64,
        };
        let is_text = *kind == ParquetKind::Text;
        let field = Type::primitive_type_builder(name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(is_text.then_some(LogicalType::String))
            .build()?;
        Ok(Arc::new(field))
    };
    let fields: Result<Vec<_>, ParquetError> = columns.iter().map(field).collect();
    let schema = Type::group_type_builder("results").with_fields(fields?);
    Ok(Arc::new(schema.build()?))
}

fn write_cells<D: DataType>(
    writer: &mut ColumnWriterImpl<'_, D>,
    cells: impl Iterator<Item = Option<D::T>>,
) -> Result<(), ParquetError> {
    // 1 where there is a cell.
    let mut levels = Vec::new();
    let mut values = Vec::new();
    for cell in cells {
        levels.push(i16::from(cell.is_some()));
        values.extend(cell);
    }
    writer.write_batch(&values, Some(&levels), None)?;
    Ok(())
}
