"""Makes medium/: a DICOMDIR with the films of two patients, by pydicom's FileSet; of no patient.

    pip install pydicom==3.0.2 numpy
    python generate_medium.py

medium/DICOMDIR and its files are as FileSet.write leaves them. medium.json is what pydicom reads from them again: of
each image, in the order of the records, its file, patient, study and series.
"""

import json
import shutil
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.fileset import FileSet

HERE = Path(__file__).parent
MEDIUM = HERE / "medium"
DX = "1.2.840.10008.5.1.4.1.1.1.1"
SR = "1.2.840.10008.5.1.4.1.1.88.11"
SIDE = 64


def uid(*parts):
    return ".".join(["1.2.826.0.1.3680043.8.498.77", *map(str, parts)])


def file_of(dataset, sop_class):
    dataset.SOPClassUID = sop_class
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    dataset.file_meta = meta
    return dataset


def common(patient, study, date, time, description, series, number):
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientID, dataset.PatientName, dataset.PatientSex, dataset.PatientAge = patient
    dataset.PatientBirthDate = "19530102"
    dataset.StudyInstanceUID = uid(study)
    dataset.StudyID = str(study)
    dataset.StudyDate, dataset.StudyTime = date, time
    dataset.StudyDescription = description
    dataset.AccessionNumber = f"ACC{study}"
    dataset.ReferringPhysicianName = "Refer^Rita"
    dataset.InstitutionName = "General Hospital"
    dataset.SeriesInstanceUID = uid(study, series)
    dataset.SeriesNumber = series
    dataset.InstanceNumber = number
    dataset.SOPInstanceUID = uid(study, series, number)
    return dataset


def film(*args, view, mm):
    dataset = common(*args)
    dataset.Modality = "DX"
    dataset.SeriesDescription = f"Thorax {view}"
    dataset.BodyPartExamined = "CHEST"
    dataset.ViewPosition = view
    dataset.PixelSpacing = [mm, mm]
    dataset.Rows = dataset.Columns = SIDE
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    dataset.PixelRepresentation = 0
    y, x = np.mgrid[:SIDE, :SIDE]
    dataset.PixelData = ((x * 3 + y) % 256).astype(np.uint8).tobytes()
    return file_of(dataset, DX)


def report(*args):
    dataset = common(*args)
    dataset.Modality = "SR"
    dataset.CompletionFlag, dataset.VerificationFlag = "COMPLETE", "UNVERIFIED"
    dataset.ContentDate, dataset.ContentTime = dataset.StudyDate, dataset.StudyTime
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "18748-4", "LN", "Report"
    dataset.ConceptNameCodeSequence = [code]
    dataset.ValueType = "CONTAINER"
    return file_of(dataset, SR)


def main():
    shutil.rmtree(MEDIUM, ignore_errors=True)
    first = ("13", "Müller^Anna", "F", "057Y")
    second = ("7", "Smith^John", "M", "063Y")
    old = (first, 1, "20101201", "0905", "Chest PA", 1)
    new = (first, 2, "20110304", "143205.5", "Chest two views")
    removed = (second, 3, "19000101", "000000", "Chest AP", 1)
    files = FileSet()
    # Written in no order: that of the records is by patient and study.
    for dataset in [
        film(*new, 1, 1, view="PA", mm=0.4),
        film(*removed, 1, view="AP", mm=0.2),
        film(*new, 2, 1, view="LL", mm=0.4),
        report(*new, 3, 1),
        film(*old, 1, view="PA", mm=0.2),
    ]:
        files.add(dataset)
    files.write(MEDIUM)

    again = FileSet(MEDIUM / "DICOMDIR")
    images = []
    for instance in again:
        if instance.node.record_type != "IMAGE":
            continue
        images.append(
            {
                "file": str(Path(instance.path).relative_to(MEDIUM.resolve())),
                "patient": instance.PatientID,
                "date": instance.StudyDate,
                "time": instance.StudyTime,
                "description": instance.StudyDescription,
                "study": instance.StudyInstanceUID,
                "series_number": int(instance.SeriesNumber),
                "instance": instance.SOPInstanceUID,
            }
        )
    (HERE / "medium.json").write_text(json.dumps(images, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
