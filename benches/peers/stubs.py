"""Empty stand-ins for the CUDA libraries that PyTorch's plain wheel wants at import.

Saves several gigabytes on a machine without a GPU. Needs gcc and nm.
usage: stubs.py SITE_PACKAGES
"""

import glob
import re
import subprocess
import sys
import tempfile

LIBS = f"{sys.argv[1]}/torch/lib"


def lines(*command):
    """What `command` prints about each of PyTorch's libraries."""
    for path in glob.glob(f"{LIBS}/libtorch*.so") + glob.glob(f"{LIBS}/libc10*.so"):
        yield from subprocess.run([*command, path], capture_output=True,
                                  text=True).stdout.splitlines()


wanted = {line.split()[1] for line in lines("objdump", "-p") if line.strip().startswith("NEEDED")}
wanted = {name for name in wanted if re.match(r"lib(cu|nv|nccl)", name)
          and not glob.glob(f"{LIBS}/{name}")}
symbols = {line.split()[-1] for line in lines("nm", "-D", "--undefined-only")}
for library in sorted(wanted):
    # Versioned symbols name their library; the others go to it by their prefix.
    stem = re.match(r"lib([a-zA-Z]+?)(_host)?\.so", library)[1]
    prefix = {"cufile": "cuFile", "nvJitLink": "nvJitLink", "cuda": "cu"}.get(stem, stem)
    mine = {}
    for symbol in symbols:
        name, _, version = symbol.partition("@")
        version = version.strip("@")
        if version == library or version == "NVSHMEM" and stem == "nvshmem":
            mine[name] = version
        elif not version and name.startswith(prefix):
            mine[name] = None
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/stub.c", "w") as source:
            for name in mine:
                # 100 is cudaErrorNoDevice; texts must be texts.
                answer = 'const char *{}(void) {{ return "no device"; }}\n' if re.search(
                    "String|ErrorName", name) else "int {}(void) {{ return 100; }}\n"
                source.write(answer.format(name))
            source.write("int stub_of_a_library(void) { return 0; }\n")
        command = ["gcc", "-shared", "-fPIC", "-w", "-fno-builtin", f"{folder}/stub.c",
                   "-o", f"{LIBS}/{library}", f"-Wl,-soname,{library}"]
        version = next((version for version in mine.values() if version), None)
        if version:
            with open(f"{folder}/stub.map", "w") as script:
                script.write(f"{version} {{ global: *; }};\n")
            command.append(f"-Wl,--version-script={folder}/stub.map")
        subprocess.run(command, check=True)
    print(library, len(mine))
