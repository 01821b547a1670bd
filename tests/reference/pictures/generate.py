"""Small pictures of rare kinds, and beside each the gray that Pillow or tifffile makes of it.

pip install pillow tifffile imagecodecs numpy, then: generate.py (writes beside itself)
"""
import io
import pathlib
import struct
import zlib

import imagecodecs
import numpy as np
import PIL
import tifffile
from PIL import Image, ImageOps

HERE = pathlib.Path(__file__).parent
H, W = 11, 17
Y, X = np.mgrid[:H, :W]
P = ((X * 13 + Y * 7) % 256).astype(np.uint8)
S12 = (X * 197 + Y * 83).astype(np.uint16)  # up to 3982
S12[0, 0], S12[H - 1, W - 1] = 0, 4095


def expect(name, gray):
    """The 8-bit gray of a file."""
    Image.fromarray(np.asarray(gray, np.uint8)).save(HERE / f'{name}.expected.png', optimize=True)


def spread(values, low, high):
    return np.floor((values.astype(np.float64) - low) / (high - low) * 255 + 0.5)


def tif(name, values, gray, **kw):
    name += '.tif'
    tifffile.imwrite(HERE / name, values, **dict(dict(photometric='minisblack', metadata=None), **kw))
    assert np.array_equal(tifffile.imread(HERE / name), values), name
    expect(name, gray)


def pil(name, image, **kw):
    """A file by Pillow, and what Pillow shows of it, upright."""
    image.save(HERE / name, **kw)
    shown = ImageOps.exif_transpose(Image.open(HERE / name))
    expect(name, (shown.convert('RGB') if shown.mode == 'CMYK' else shown).convert('L'))


def declared(name, kw, values, tags, chunks=()):
    """A file of bytes that says it has packed bits, which tifffile does not write in tiles or compressed."""
    tifffile.imwrite(HERE / name, values, photometric='minisblack', metadata=None, **kw)
    data = bytearray((HERE / name).read_bytes())
    with tifffile.TiffFile(HERE / name) as f:
        found = {t.code: t for t in f.pages[0].tags}
        for at, bits in zip(f.pages[0].dataoffsets, chunks):
            data[at:at + len(bits)] = bits
        for code, value in tags.items():
            struct.pack_into('<H', data, found[code].valueoffset, value)
    (HERE / name).write_bytes(data)


for bits in (10, 12, 14):
    top = 2 ** bits - 1
    values = np.round(S12 / 4095 * top).astype(np.uint16)
    tif(f'packed{bits}', values, spread(values, 0, top), bitspersample=bits)
# 48 x 16 pixels in tiles of 16 x 16; tifffile writes no tiles of packed bits, so bytes are declared as bits.
wide = np.tile(S12, (2, 3))[:16, :40]
padded = np.pad(wide, ((0, 0), (0, 8)))
raw = np.frombuffer(imagecodecs.packints_encode(np.hstack([padded[:, x:x + 16] for x in (0, 16, 32)]), 12), np.uint8).reshape(16, 72)
declared('tiles12.tif', dict(tile=(16, 32)), np.pad(raw, ((0, 0), (0, 24))), {256: 40, 258: 12, 322: 16},
         [imagecodecs.packints_encode(padded[:, x:x + 16].copy(), 12) for x in (0, 16, 32)])
assert np.array_equal(tifffile.imread(HERE / 'tiles12.tif'), wide)
expect('tiles12.tif', spread(wide, 0, 4095))

tif('white_is_zero12', S12, 255 - spread(S12, 0, 4095), bitspersample=12, photometric='miniswhite')
tif('white_is_zero8', P, 255 - P, photometric='miniswhite')
tif('bigtiff_bigendian', P, P, bigtiff=True, byteorder='>')
tif('u32_full', P.astype('u4') * 16843009, P)
tif('u32_small', P.astype('u4') * 257, P)
tif('u64_full', P.astype('u8') * 0x0101010101010101, P)
tif('i16', S12.astype('i2'), spread(S12, 0, 4095))
tif('below_zero', S12.astype('i2') - 1000, P)
tif('i8', (P // 2).astype('i1'), spread(P // 2, 0, 127))
tif('i32', S12.astype('i4') * 1000, spread(S12 * 1000.0, 0, 2 ** 22 - 1))
tif('f16', (P / 256).astype('f2'), spread((P / 256).astype('f2'), 0, 1))
tif('f32', S12.astype('f4'), spread(S12, 0, 4095))
tif('f32_predictor', (P / 255).astype('f4'), P, predictor=True, compression='deflate')
tif('f64_big', S12.astype('f8') * 1e30, spread(S12, 0, 4095), byteorder='>')
tif('gray_alpha', np.dstack([P, 255 - P]), P, extrasamples=['unassalpha'])
tif('gray_alpha16', np.dstack([P.astype('u2') * 257, P.astype('u2')]), P, extrasamples=['assocalpha'])
tif('planar16', np.stack([P.astype('u2') * 257] * 3), P, photometric='rgb', planarconfig='separate')
rows = np.frombuffer(imagecodecs.packints_encode(np.pad(S12, ((0, 0), (0, 1))), 12), np.uint8).reshape(H, 27)
rows = np.hstack([rows[:, :25], rows[:, 25:26] & 0xF0])  # 17 samples of 12 bits, rows from whole bytes
declared('deflate12.tif', dict(compression='deflate'), rows, {256: W, 258: 12})
assert np.array_equal(tifffile.imread(HERE / 'deflate12.tif'), S12)
expect('deflate12.tif', spread(S12, 0, 4095))

gray = Image.fromarray(P)
rgb = Image.merge('RGB', [gray, Image.fromarray(255 - P), Image.fromarray(P // 2)])
pil('palette.tif', gray.convert('P'))
pil('palette_color.tif', rgb.quantize(16))
pil('rgba.tif', Image.merge('RGBA', [gray] * 3 + [Image.fromarray(255 - P)]))
pil('cmyk.tif', Image.merge('CMYK', [gray, Image.fromarray(255 - P), gray, Image.fromarray(P // 3)]))
pil('bilevel.tif', gray.convert('1'), compression='group4')
pil('ycbcr_jpeg.tif', Image.merge('RGB', [gray] * 3).resize((64, 48)), compression='jpeg', quality=95)
pil('gray4.png', Image.fromarray((P // 16).astype(np.uint8)).convert('L'))
for n in range(2, 9):
    exif = Image.Exif()
    exif[274] = n
    gray.save(HERE / f'orientation{n}.tif', tiffinfo={274: n})
    pil(f'orientation{n}.png', gray, exif=exif)
    # Pillow turns a TIFF when it loads it, and once more in exif_transpose.
    expect(f'orientation{n}.tif', Image.open(HERE / f'orientation{n}.png.expected.png'))
exif = Image.Exif()
exif[274] = 6
pil('orientation6.jpg', gray.resize((64, 48)), exif=exif, quality=95)


def chunk(name, data):
    return struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))


def png(name, values, before=b'', after=b''):
    rows = b''.join(b'\0' + row.astype('>u2').tobytes() for row in values)
    head = chunk(b'IHDR', struct.pack('>IIBBBBB', W, H, 16, 0, 0, 0, 0))
    body = before + chunk(b'IDAT', zlib.compress(rows, 9)) + after + chunk(b'IEND', b'')
    (HERE / name).write_bytes(b'\x89PNG\r\n\x1a\n' + head + body)


# sBIT says 12 bits, which are at the bottom of 16 in the one file and stretched over them, as the standard asks, in the other.
sbit = chunk(b'sBIT', bytes([12]))
png('sbit12.png', S12, sbit)
expect('sbit12.png', spread(S12, 0, 4095))
stretched = (S12.astype(np.uint32) * 65535 // 4095).astype(np.uint16)
png('sbit12_stretched.png', stretched, sbit)
expect('sbit12_stretched.png', spread(stretched, 0, 65535))
exif = Image.Exif()
exif[274] = 8
png('orientation_behind_pixels.png', P.astype('u2') * 257, after=chunk(b'eXIf', exif.tobytes()[6:]))
turned = Image.fromarray(P).transpose(Image.Transpose.ROTATE_90)
expect('orientation_behind_pixels.png', turned)

with tifffile.TiffWriter(HERE / 'preview_first.tif') as w:
    w.write(P[::4, ::4].copy(), photometric='minisblack', subfiletype=1, metadata=None)
    w.write(P, photometric='minisblack', metadata=None)
    w.write(255 - P, photometric='minisblack', metadata=None)
expect('preview_first.tif', P)

(HERE / 'below_zero.tif.expected.png').unlink()  # refused: which number is black is not said
(HERE / 'versions.txt').write_text(f'Pillow {PIL.__version__}\ntifffile {tifffile.__version__}\nimagecodecs {imagecodecs.__version__}\nnumpy {np.__version__}\n')
