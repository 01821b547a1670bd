"""Writes small DICOM films in every coding, and pixels.safetensors: their stored numbers as dcmtk or pydicom decode them.

    pip install -r versions.txt && python generate.py      (dcmcjpeg, dcmdjpeg, dcmcjpls of dcmtk in PATH)

A name says what the file holds. Pixels are H x W, or H x W x 3 where the film is colored; RGB, after palette and YBR.
"""
import io
import os
import struct
import subprocess
import tempfile

import imagecodecs
import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels import convert_color_space, pixel_array
from safetensors.numpy import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
SYNTAX = "1.2.840.10008.1.2"
PIXELS = {}


def picture(bits, height=21, width=37):
    """A slope with structure and a little noise, over all of the range."""
    rng = np.random.default_rng(bits)
    y, x = np.mgrid[:height, :width]
    value = x / width * 0.6 + 0.4 * (((x - 18) ** 2 + (y - 9) ** 2) < 60) + rng.normal(0, 0.01, (height, width))
    value = np.clip(value, 0, 1) * (2**bits - 1)
    return np.round(value).astype(np.uint8 if bits <= 8 else np.uint16)


GRAY8, GRAY12, GRAY16 = picture(8), picture(12), picture(16)
SIGNED = GRAY12.astype(np.int16) - 2048


def film(array, bits, photometric="MONOCHROME2", **attributes):
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.1.1", "1.2.3"
    ds.Modality, ds.BodyPartExamined, ds.ViewPosition = "DX", "CHEST", "PA"
    ds.Rows, ds.Columns = array.shape[:2]
    ds.SamplesPerPixel = 1 if array.ndim == 2 else 3
    if array.ndim == 3:
        ds.PlanarConfiguration = 0
    ds.PhotometricInterpretation = photometric
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 8 * array.dtype.itemsize, bits, bits - 1
    ds.PixelRepresentation = int(array.dtype.kind == "i")
    ds.PixelData = array.tobytes() + b"\0" * (array.nbytes % 2)
    ds["PixelData"].VR = "OB" if array.dtype.itemsize == 1 else "OW"
    for name, value in attributes.items():
        setattr(ds, name, value)
    return ds


def write(ds, syntax, name):
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID, ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPClassUID, ds.SOPInstanceUID
    # pydicom 3.0 does not know JPEG XL: another of the same length stands in.
    known = syntax.replace(".4.110", ".4.203")
    ds.file_meta.TransferSyntaxUID = SYNTAX + known
    data = io.BytesIO()
    pydicom.dcmwrite(data, ds, enforce_file_format=True)
    with open(os.path.join(HERE, name + ".dcm"), "wb") as file:
        file.write(data.getvalue().replace((SYNTAX + known).encode(), (SYNTAX + syntax).encode(), 1))


def stream(ds, syntax, code, name, expected, fragments=1):
    """Encapsulates a stream; its pixels are given."""
    ds = film_copy(ds)
    ds.PixelData = encapsulate([code], fragments_per_frame=fragments)
    ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    write(ds, syntax, name)
    PIXELS[name] = np.ascontiguousarray(expected)


def film_copy(ds):
    copy = Dataset()
    copy.update(ds)
    return copy


def dcmtk(tool, *options, source, name):
    """Encodes with a tool of dcmtk and decodes with its counterpart."""
    path = os.path.join(HERE, name + ".dcm")
    with tempfile.TemporaryDirectory() as folder:
        plain, back = os.path.join(folder, "plain.dcm"), os.path.join(folder, "back.dcm")
        source.file_meta = FileMetaDataset()
        source.file_meta.TransferSyntaxUID = SYNTAX + ".1"
        pydicom.dcmwrite(plain, source, enforce_file_format=True)
        subprocess.run([tool, *options, plain, path], check=True)
        subprocess.run([tool.replace("cj", "dj"), path, back], check=True)
        PIXELS[name] = pydicom.dcmread(back).pixel_array


def jpeg_lossless(array, bits, predictor=1, shift=0, rows_per_restart=0, modulo=False):
    """ITU-T T.81 Annex H with 17 codes of 5 bits. `modulo` writes positive differences d as d - 2^bits (H.1.2.1)."""
    height, width = array.shape
    lengths = [0] * 16
    lengths[4] = 17
    out = bytearray(b"\xff\xd8\xff\xc3" + struct.pack(">HBHHB", 11, bits, height, width, 1) + bytes([1, 0x11, 0]))
    out += b"\xff\xc4" + struct.pack(">H", 36) + b"\0" + bytes(lengths) + bytes(range(17))
    if rows_per_restart:
        out += b"\xff\xdd" + struct.pack(">HH", 4, rows_per_restart * width)
    out += b"\xff\xda" + struct.pack(">H", 8) + bytes([1, 1, 0, predictor, 0, shift])
    values, code, n_restarts = array.astype(int) >> shift, "", 0

    def flushed(code):
        code += "1" * (-len(code) % 8)
        return int(code, 2).to_bytes(len(code) // 8, "big").replace(b"\xff", b"\xff\0")

    for y in range(height):
        first = y == 0 or bool(rows_per_restart) and y % rows_per_restart == 0
        if y and first:
            out += flushed(code) + bytes([0xFF, 0xD0 + n_restarts % 8])
            code, n_restarts = "", n_restarts + 1
        for x in range(width):
            a = values[y, x - 1] if x else None
            b = None if first else values[y - 1, x]
            if a is None and b is None:
                prediction = 1 << (bits - shift - 1)
            elif a is None or b is None:
                prediction = b if a is None else a
            else:
                c = values[y - 1, x - 1]
                prediction = [a, b, c, a + b - c, a + ((b - c) >> 1), b + ((a - c) >> 1), (a + b) >> 1][predictor - 1]
            d = int((values[y, x] - prediction + 32767) % 65536 - 32767)
            if modulo and d > 0:
                d -= 1 << bits
            size = 16 if d == 32768 else abs(d).bit_length()
            code += format(size, "05b")
            if 0 < size < 16:
                code += format(d if d > 0 else d + (1 << size) - 1, f"0{size}b")
    return bytes(out) + flushed(code) + b"\xff\xd9"


def jpeg(array, **options):
    code = io.BytesIO()
    Image.fromarray(array).save(code, "JPEG", quality=90, **options)
    return code.getvalue()


def native():
    for bits, array in [(8, GRAY8), (12, GRAY12), (16, GRAY16), (12, SIGNED)]:
        name = f"native_{'signed' if array.dtype.kind == 'i' else bits}"
        write(film(array, bits), ".1", name)
        PIXELS[name] = array
    write(film(GRAY12 | 0x3000, 12), ".1", "native_overlay_bits")
    PIXELS["native_overlay_bits"] = GRAY12
    write(film(GRAY12.astype(np.uint32), 12), ".1", "native_32_allocated")
    PIXELS["native_32_allocated"] = GRAY12


def lossless():
    for predictor in range(1, 8):
        code = jpeg_lossless(GRAY12, 12, predictor)
        stream(film(GRAY12, 12), ".4.57", code, f"jpeg_lossless_predictor_{predictor}", GRAY12)
    for name, array, bits, options in [
        ("restarts", GRAY12, 12, dict(rows_per_restart=4, predictor=7)),
        ("restart_every_row", GRAY12, 12, dict(rows_per_restart=1)),
        ("modulo", GRAY12, 12, dict(modulo=True)),
        ("16_bits", np.where(np.arange(37) % 2 == 1, 32768, GRAY16 & 1).astype(np.uint16), 16, {}),
        ("8_bits", GRAY8, 8, {}),
    ]:
        stream(film(array, bits), ".4.70", jpeg_lossless(array, bits, **options), "jpeg_lossless_" + name, array)
    for shift in (1, 4):
        code = jpeg_lossless(GRAY12, 12, shift=shift, predictor=4)
        stream(film(GRAY12, 12), ".4.57", code, f"jpeg_lossless_shift_{shift}", GRAY12 >> shift << shift)
    code = jpeg_lossless(GRAY12, 12)
    stream(film(GRAY12, 12), ".4.70", code[:-2], "jpeg_lossless_without_end", GRAY12)
    stream(film(GRAY12, 12), ".4.70", code, "jpeg_lossless_in_5_fragments", GRAY12, fragments=5)
    overlay = GRAY12 | 0x3000
    stream(film(overlay, 12), ".4.70", jpeg_lossless(overlay, 16), "jpeg_lossless_overlay_bits", GRAY12)
    signed = jpeg_lossless(SIGNED.view(np.uint16), 16)
    stream(film(SIGNED, 12), ".4.70", signed, "jpeg_lossless_signed", SIGNED)
    dcmtk("dcmcjpeg", "+e1", "+tl", source=film(GRAY12, 12), name="jpeg_lossless_dcmtk")
    for name in list(PIXELS):
        if name.startswith("jpeg_lossless") and name != "jpeg_lossless_without_end":
            check(name)  # dcmtk waits for the end for ever


def cosine():
    for bits, array in [(8, GRAY8), (12, GRAY12)]:
        force = ["+be"] if bits == 8 else ["+bt"]
        for kind, option in [("extended", "+ee"), ("spectral", "+es"), ("progressive", "+ep")]:
            dcmtk("dcmcjpeg", option, *force, "+q", "90", source=film(array, bits), name=f"jpeg_{kind}_{bits}")
    dcmtk("dcmcjpeg", "+eb", source=film(GRAY8, 8), name="jpeg_baseline")
    for name, code in [
        ("jpeg_baseline_restarts", jpeg(GRAY8, restart_marker_rows=1)),
        ("jpeg_baseline_without_end", jpeg(GRAY8)[:-2]),
        ("jpeg_progressive_as_baseline", jpeg(GRAY8, progressive=True)),
    ]:
        stream(film(GRAY8, 8), ".4.50", code, name, np.asarray(Image.open(io.BytesIO(code + b"\xff\xd9"))))
    # A stream of 8 bits under a header of 12: spread over 12.
    code = jpeg(GRAY8)
    scaled = np.round(np.asarray(Image.open(io.BytesIO(code))) / 255 * 4095).astype(np.uint16)
    stream(film(GRAY12, 12), ".4.51", code, "jpeg_8_bits_under_12", scaled)


def jpeg_ls():
    thresholds = ["+pc", "+t1", "9", "+t2", "30", "+t3", "90", "+rs", "32"]
    for name, bits, array, options in [
        ("8", 8, GRAY8, []), ("12", 12, GRAY12, []), ("16", 16, GRAY16, []), ("thresholds", 12, GRAY12, thresholds),
    ]:
        dcmtk("dcmcjpls", *options, source=film(array, bits), name="jpeg_ls_" + name)
    for bits, array, level in [(8, GRAY8, 3), (12, GRAY12, 20), (16, GRAY16, 7)]:
        code = imagecodecs.jpegls_encode(array, level=level)
        stream(film(array, bits), ".4.81", code, f"jpeg_ls_near_{bits}", imagecodecs.jpegls_decode(code))
    flat = np.where(np.arange(37) < 20, 500, GRAY12 // 400).astype(np.uint16)
    stream(film(flat, 12), ".4.80", imagecodecs.jpegls_encode(flat), "jpeg_ls_runs", flat)
    overlay = GRAY12 | 0x3000
    stream(film(overlay, 12), ".4.80", imagecodecs.jpegls_encode(overlay), "jpeg_ls_overlay_bits", GRAY12)
    color = np.stack([GRAY8, np.roll(GRAY8, 1, 1), GRAY8 // 2], -1)
    for mode in ("NONE", "LINE", "SAMPLE"):
        for option in (["+in"] if mode == "NONE" else ["+il"] if mode == "LINE" else ["+is"]):
            dcmtk("dcmcjpls", option, source=film(color, 8, "RGB"), name=f"jpeg_ls_rgb_{mode.lower()}")


def jpeg_2000():
    for name, bits, array in [("8", 8, GRAY8), ("12", 12, GRAY12), ("16", 16, GRAY16)]:
        code = imagecodecs.jpeg2k_encode(array, level=0, codecformat="j2k", reversible=True, bitspersample=bits)
        stream(film(array, bits), ".4.90", code, "jpeg_2000_" + name, array)
    code = imagecodecs.jpeg2k_encode(GRAY12, level=40, codecformat="j2k", bitspersample=12)
    stream(film(GRAY12, 12), ".4.91", code, "jpeg_2000_lossy", imagecodecs.jpeg2k_decode(code))
    boxed = imagecodecs.jpeg2k_encode(GRAY12, level=0, codecformat="jp2", reversible=True, bitspersample=12)
    stream(film(GRAY12, 12), ".4.90", boxed, "jpeg_2000_in_boxes", GRAY12)
    overlay = GRAY12 | 0x3000
    code = imagecodecs.jpeg2k_encode(overlay, level=0, codecformat="j2k", reversible=True)
    stream(film(overlay, 12), ".4.90", code, "jpeg_2000_overlay_bits", GRAY12)
    code = imagecodecs.jpeg2k_encode(SIGNED, level=0, codecformat="j2k", reversible=True)
    stream(film(SIGNED, 12), ".4.90", code, "jpeg_2000_signed", SIGNED)
    color = np.stack([GRAY8] * 3, -1)
    code = imagecodecs.jpeg2k_encode(color, level=0, codecformat="j2k", reversible=True, mct=True)
    stream(film(color, 8, "YBR_RCT"), ".4.90", code, "jpeg_2000_rgb", color)
    for name, array, bits in [("8", GRAY8, 8), ("16", GRAY16, 16)]:
        stream(film(array, bits), ".4.201", imagecodecs.htj2k_encode(array), "htj2k_" + name, array)


def jpeg_xl():
    for name, array, bits in [("8", GRAY8, 8), ("16", GRAY16, 16)]:
        code = imagecodecs.jpegxl_encode(array, lossless=True)
        stream(film(array, bits), ".4.110", code, "jpeg_xl_" + name, array)
    code = imagecodecs.jpegxl_encode(GRAY12, lossless=True, bitspersample=12)
    stream(film(GRAY12, 12), ".4.110", code, "jpeg_xl_12", GRAY12)


def rle():
    for name, array, bits in [("8", GRAY8, 8), ("12", GRAY12, 12), ("signed", SIGNED, 12)]:
        ds = film(array, bits)
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = SYNTAX + ".1"
        ds.compress(pydicom.uid.RLELossless, encoding_plugin="pydicom")
        write(ds, ".5", "rle_" + name)
        PIXELS["rle_" + name] = array


def color():
    gray = np.stack([GRAY8] * 3, -1)
    colored = np.stack([GRAY8, np.roll(GRAY8, 1, 1), GRAY8 // 2], -1)
    for name, array in [("gray", gray), ("color", colored)]:
        write(film(array, 8, "RGB"), ".1", f"rgb_{name}")
        planar = film(array, 8, "RGB", PlanarConfiguration=1)
        planar.PixelData = array.transpose(2, 0, 1).tobytes() + b"\0"
        write(planar, ".1", f"rgb_planar_{name}")
        ds = film(array, 8, "RGB")
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = SYNTAX + ".1"
        ds.compress(pydicom.uid.RLELossless, encoding_plugin="pydicom")
        write(ds, ".5", f"rgb_rle_{name}")
        for kind in ("rgb", "rgb_planar", "rgb_rle"):
            PIXELS[f"{kind}_{name}"] = array
        ybr = convert_color_space(array, "RGB", "YBR_FULL")
        write(film(ybr, 8, "YBR_FULL"), ".1", f"ybr_{name}")
        PIXELS[f"ybr_{name}"] = convert_color_space(ybr, "YBR_FULL", "RGB")
    wide = gray[:, :36]
    pairs = convert_color_space(wide, "RGB", "YBR_FULL")
    ds = film(wide, 8, "YBR_FULL_422")
    halved = [pairs[:, ::2, 0], pairs[:, 1::2, 0], pairs[:, ::2, 1], pairs[:, ::2, 2]]
    ds.PixelData = np.stack(halved, -1).tobytes()
    write(ds, ".1", "ybr_422_gray")
    PIXELS["ybr_422_gray"] = wide
    code = jpeg(gray, subsampling="4:2:0")
    stream(film(gray, 8, "YBR_FULL_422"), ".4.50", code, "ybr_jpeg_420_gray", np.asarray(Image.open(io.BytesIO(code))))
    code = jpeg(gray, subsampling="4:4:4", keep_rgb=True)
    stream(film(gray, 8, "RGB"), ".4.50", code, "rgb_jpeg_gray", np.asarray(Image.open(io.BytesIO(code))))
    for bits, packed in [(8, True), (16, False)]:
        table = np.arange(255, -1, -1)
        data = table.astype(np.uint8).tobytes() if packed else (table * 257).astype("<u2").tobytes()
        ds = film(GRAY8, 8, "PALETTE COLOR")
        for channel in ("Red", "Green", "Blue"):
            setattr(ds, channel + "PaletteColorLookupTableDescriptor", [256, 0, bits])
            setattr(ds, channel + "PaletteColorLookupTableData", data)
        write(ds, ".1", f"palette_{bits}_gray")
        PIXELS[f"palette_{bits}_gray"] = np.stack([table[GRAY8] * (1 if packed else 257)] * 3, -1).astype(np.uint16)


def check(name):
    """dcmtk sees the same pixels, where it decodes the file."""
    with tempfile.TemporaryDirectory() as folder:
        back = os.path.join(folder, "back.dcm")
        subprocess.run(["dcmdjpeg", os.path.join(HERE, name + ".dcm"), back], check=True)
        ds = pydicom.dcmread(back)
        raw = ds.pixel_array.view(np.uint16) if ds.BitsAllocated == 16 else ds.pixel_array
        mask = 2**ds.BitsStored - 1
        assert np.array_equal(raw & mask, PIXELS[name].astype(np.int64) & mask), name


def main():
    for make in (native, lossless, cosine, jpeg_ls, jpeg_2000, jpeg_xl, rle, color):
        make()
    save_file({name: array.astype(np.int32) for name, array in PIXELS.items()}, os.path.join(HERE, "pixels.safetensors"))


if __name__ == "__main__":
    main()
