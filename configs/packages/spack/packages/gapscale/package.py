# Of a clone, in its top folder:
#   spack repo add configs/packages/spack
#   spack dev-build gapscale@0.1.0 +mpi
from spack.package import *


class Gapscale(MakefilePackage):
    """Monte Carlo for the theory of attention scores: at which inverse temperature does softmax over a long context collapse?"""

    license("GPL-3.0-or-later")
    version("0.1.0")

    variant("mpi", default=False, description="gapscale-mpi, one sweep over many nodes")

    depends_on("c", type="build")
    depends_on("gmake", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("gsl")
    depends_on("hdf5+hl~mpi")
    depends_on("libfyaml")
    depends_on("nettle")
    depends_on("random123", type="build")
    depends_on("gnuplot+cairo", type="run")
    depends_on("openmpi", when="+mpi")

    def edit(self, spec, prefix):
        # The Makefile asks pkg-config for Debian's name of the serial library.
        filter_file("hdf5-serial", "hdf5", "Makefile")

    def build(self, spec, prefix):
        make("all", *(["mpi"] if "+mpi" in spec else []))

    def install(self, spec, prefix):
        make("install", f"PREFIX={prefix}", *([] if "+mpi" in spec else ["MPICC="]))
