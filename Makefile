# gapscale: Monte Carlo for the theory of attention scores. `make help` lists what can be made.

VERSION := 0.1.0
CC      ?= gcc
ifeq ($(origin CC),default)
CC      := gcc
endif
PREFIX  ?= /usr/local
BUILD   ?= build

# make knows no names with spaces: a BUILD with some is worked in by way of a link here.
ifneq ($(word 2,$(BUILD)),)
PLACE   := $(BUILD)
override BUILD := .build-$(firstword $(shell echo '$(PLACE)' | cksum))
ifneq ($(filter-out clean help uninstall,$(or $(MAKECMDGOALS),all)),)
ifneq ($(shell mkdir -p '$(PLACE)' && cd '$(PLACE)' && ln -sfn "$$PWD" '$(CURDIR)/$(BUILD)' && echo made),made)
$(error cannot work in BUILD='$(PLACE)')
endif
endif
endif

# One tree of objects per compiler (`ccache gcc`, `gcc -m64` as well) and sanitizer, side by side.
VARIANT := $(shell echo '$(notdir $(CC))' | tr -c 'A-Za-z0-9_.+\n' -)$(if $(SANITIZE),-sanitize)
OBJ     := $(BUILD)/$(VARIANT)

# ---- what is built from what ----

SOURCES  := $(wildcard models/*/*.c sim/*/*.c analysis/*/*.c)
# The inner loops, compiled once per instruction set; the program chooses when it starts.
KERNELS  := models/numeric/vector.c models/oracle/inner.c models/oracle/series.c sim/rows/kernel.c
MACHINE  := $(shell $(CC) -dumpmachine 2>/dev/null)
ISAS     := base $(if $(filter x86_64%,$(MACHINE)),avx2 avx512)
ISA_FLAGS_avx2   := -march=x86-64-v3
ISA_FLAGS_avx512 := -march=x86-64-v4 -mprefer-vector-width=512

LIBRARY  := $(OBJ)/libgapscale.a
PROGRAM  := $(OBJ)/gapscale
OBJECTS  := $(patsubst %.c,$(OBJ)/%.o,$(filter-out $(KERNELS),$(SOURCES))) \
            $(foreach isa,$(ISAS),$(patsubst %.c,$(OBJ)/%.$(isa).o,$(KERNELS))) \
            $(OBJ)/analysis/figures/template.o $(OBJ)/analysis/page/asset.o
TESTS    := $(patsubst %.c,$(OBJ)/%,$(wildcard tests/*/*/test_*.c))
BENCHES  := $(patsubst %.c,$(OBJ)/%,$(wildcard tests/bench/bench_*.c))
BENCHED  := $(patsubst %.c,$(OBJ)/%.o,$(filter-out tests/bench/bench_%,$(wildcard tests/bench/*.c)))

# ---- flags ----

PACKAGES := gsl hdf5-serial libfyaml nettle

# Undefined behaviour traps, which ASan's handler tells with its line and all callers: compiled and started faster than with UBSan's words.
# _GNU_SOURCE: -std=c11 alone hides POSIX. No contraction: every instruction set gives the same bits.
WARNINGS := -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes
BASE_FLAGS = -I. -std=c11 -D_GNU_SOURCE $(DEBUG) -ffp-contract=off -fno-math-errno -fno-trapping-math -fopenmp \
             $(WARNINGS) $(if $(WERROR),-Werror) \
             $(if $(SANITIZE),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fsanitize-undefined-trap-on-error -fno-omit-frame-pointer -fno-pie)
# Where a sanitized program lies is fixed: else two hundred thousand addresses of what they tell are moved at each start.
LINK_FLAGS = $(BASE_FLAGS) $(CFLAGS) $(if $(SANITIZE),-no-pie) $(LDFLAGS)
PACKAGE_FLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
LIBS := $(shell pkg-config --libs-only-L $(PACKAGES) 2>/dev/null) -lhdf5_hl $(shell pkg-config --libs-only-l $(PACKAGES) 2>/dev/null) -lm
comma := ,
COMPILE_FLAGS = $(BASE_FLAGS) $(OPTIMISE) $(PACKAGE_FLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP
COMPILE = $(CC) $(COMPILE_FLAGS)
OPTIMISE = -O2
# What sanitizers tell has lines and functions, and no variables, which cost a third of their compilation.
DEBUG    = $(if $(SANITIZE),-g1,-g)

.DEFAULT_GOAL := all
.PHONY: all mpi reproduce test test-all test-quick test-faults test-slurm test-coverage bench pages install uninstall format lint clean help deps FORCE
.DELETE_ON_ERROR:

all: $(BUILD)/gapscale  ## build ./build/gapscale (the default)

$(BUILD)/gapscale: $(PROGRAM)
	@ln -sf $(VARIANT)/gapscale $@

# ---- packages ----

NEEDED := $(filter-out deps clean help format uninstall reproduce test test-all,$(or $(MAKECMDGOALS),all))
ifneq ($(NEEDED),)
ifneq ($(shell pkg-config --exists $(PACKAGES) 2>/dev/null && echo yes),yes)
$(error pkg-config does not find all of: $(PACKAGES). Run `make deps`, or see README.md for their packages)
endif
endif

deps:  ## install the packages that are missing (GAPSCALE_NO_APT=1: only say which)
	@.ci/deps test

# ---- rules ----

# Under sanitizers -O3 costs more than its loops save.
INNER = $(if $(SANITIZE),-O2,-O3)
# A checked loop is never one over vectors: sums of a few lanes, which would wait for that, are unrolled (slides take half the time).
$(ISAS:%=$(OBJ)/models/numeric/vector.%.o): INNER = $(if $(SANITIZE),-O2 -fpeel-loops -fno-tree-loop-vectorize,-O3)
$(OBJ)/%.base.o: OPTIMISE = $(INNER) -DISA=base
$(OBJ)/%.avx2.o: OPTIMISE = $(INNER) -DISA=avx2 $(ISA_FLAGS_avx2)
$(OBJ)/%.avx512.o: OPTIMISE = $(INNER) -DISA=avx512 $(ISA_FLAGS_avx512)
# What stands between the kernels and has short loops of its own.
BETWEEN := models/numeric/curve.c models/numeric/leja.c models/oracle/ladder.c models/oracle/lone.c models/oracle/lattice.c sim/rows/bulk.c sim/rows/compress.c sim/rows/counted_table.c sim/rows/pyramid.c $(wildcard sim/measures/*.c)
$(BETWEEN:%.c=$(OBJ)/%.o): OPTIMISE = $(INNER)

# Under sanitizers a room that computes little costs more to optimise than it takes to run, and one that leaves the loops to
# others is as fast by -O1. What optimising alone can warn of, plain gcc does.
LIGHT  := sim/commands sim/config analysis/commands analysis/figures analysis/page analysis/report analysis/study analysis/text
MIDDLE := $(addprefix sim/,base flow journal results scores storage sweep) \
          $(addprefix analysis/,fit flow sphere statistics verdict)
$(if $(SANITIZE),$(LIGHT:%=$(OBJ)/%/%.o)): OPTIMISE = -Og
$(if $(SANITIZE),$(MIDDLE:%=$(OBJ)/%/%.o)): OPTIMISE = -O1

# What tests do themselves takes no time.
$(OBJ)/tests/%.o: OPTIMISE = $(if $(SANITIZE)$(findstring clang,$(notdir $(CC))),-O0,-O1)
$(OBJ)/tests/bench/%.o: OPTIMISE = -O2
$(OBJ)/tests/bench/peer_tuned.o: OPTIMISE = -O3 -march=native -ffast-math -funroll-loops

define isa_rule
$(OBJ)/%.$(1).o: %.c Makefile
	@mkdir -p $$(@D)
	$$(COMPILE) -c $$< -o $$@
endef
$(foreach isa,$(ISAS),$(eval $(call isa_rule,$(isa))))

$(OBJ)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(COMPILE) -c $< -o $@

# Templates of figures become strings of the program: it looks for no file when it runs.
TEMPLATES := $(sort $(wildcard analysis/figures/*.gp))
$(OBJ)/analysis/figures/template.c: $(TEMPLATES) Makefile
	@mkdir -p $(@D)
	@{ echo '#include "analysis/figures/template.h"'; echo 'const struct template template_all[] = {'; \
	for template in $(TEMPLATES); do \
	    echo "{\"$$(basename $$template .gp)\","; sed 's/["\\]/\\&/g; s/.*/"&\\n"/' $$template; echo '},'; done; \
	echo '{0}};'; } > $@

# So do the style and the script of a page.
ASSETS := analysis/page/style.css analysis/page/script.js
$(OBJ)/analysis/page/asset.c: $(ASSETS) Makefile
	@mkdir -p $(@D)
	@{ echo '#include "analysis/page/asset.h"'; \
	for asset in $(ASSETS); do \
	    name=$${asset##*/}; echo "const char asset_$${name%.*}[] ="; sed 's/["\\]/\\&/g; s/.*/"&\\n"/' $$asset; echo ';'; \
	done; } > $@

$(OBJ)/analysis/figures/template.o $(OBJ)/analysis/page/asset.o: %.o: %.c
	$(COMPILE) -c $< -o $@

# Only one object knows which commit it is of.
$(OBJ)/sim/base/version.o: CPPFLAGS += -DGAPSCALE_VERSION='"$(VERSION)"' -DGAPSCALE_COMMIT='"$(COMMIT)"'
$(OBJ)/sim/base/version.o: $(OBJ)/commit
COMMIT := $(shell git describe --always --dirty 2>/dev/null || echo unknown)
$(OBJ)/commit: FORCE
	@mkdir -p $(@D)
	@echo '$(COMMIT)' | cmp -s - $@ || echo '$(COMMIT)' > $@

$(LIBRARY): $(OBJECTS)
	@rm -f $@
	$(AR) qcs $@ $^ # q: files of one name in two rooms

$(PROGRAM): $(OBJ)/gapscale.o $(LIBRARY)
	$(CC) $(LINK_FLAGS) $^ $(LIBS) -o $@

# The same program for many ranks: sim/sweep/ranks.c, compiled by MPI's compiler, takes the place of the lone process.
MPICC ?= mpicc
WITH_MPI := $(if $(MPICC),$(shell command -v $(firstword $(MPICC))))
mpi: $(BUILD)/gapscale-mpi  ## build ./build/gapscale-mpi, for mpirun and srun (Open MPI)

$(BUILD)/gapscale-mpi: $(OBJ)/gapscale-mpi
	@ln -sf $(VARIANT)/gapscale-mpi $@

$(OBJ)/sim/sweep/ranks.mpi.o: sim/sweep/ranks.c Makefile
	@mkdir -p $(@D)
	OMPI_CC='$(CC)' $(MPICC) $(COMPILE_FLAGS) -DGAPSCALE_MPI -c $< -o $@

$(OBJ)/gapscale-mpi: $(OBJ)/gapscale.o $(OBJ)/sim/sweep/ranks.mpi.o $(LIBRARY)
	OMPI_CC='$(CC)' $(MPICC) $(LINK_FLAGS) $^ $(LIBS) -o $@

# A hundred programs of the same library: gold, where there is one, links them in half the time (a third with sanitizers).
GOLD := $(if $(shell command -v ld.gold),-fuse-ld=gold)
$(BENCHES): $(BENCHED)
$(OBJ)/tests/%: $(OBJ)/tests/%.o $(LIBRARY)
	$(CC) $(LINK_FLAGS) $(GOLD) $(filter %.o,$^) $(LIBRARY) $(LIBS) -lcmocka -o $@

.SECONDARY: $(TESTS:%=%.o) $(BENCHES:%=%.o) $(BENCHED)
-include $(shell find $(OBJ) -name '*.d' 2>/dev/null)

# ---- the main job ----

reproduce:  ## packages, build, and the main job: results/reproduce.h5, its fits, figures and table
	@.ci/deps build
	@$(MAKE) --no-print-directory all
	$(BUILD)/gapscale run configs/reproduce.yaml --force
	$(BUILD)/gapscale fit results/reproduce.h5
	$(BUILD)/gapscale plot results/reproduce.h5
	$(BUILD)/gapscale run configs/sphere-regimes.yaml --force
	$(BUILD)/gapscale fit results/sphere-regimes.h5
	$(BUILD)/gapscale plot results/sphere-regimes.h5
	$(BUILD)/gapscale flow replicates=48 -o results/circle.csv

# ---- checks ----

test:  ## packages, both compilers, sanitizers, lint, every test; ends with `N passed, N failed, N skipped`
	@.ci/deps compile
	@tests/all

test-all:  ## the same with every repetition: 200 kills, 1600 experiments, statistics under clang too (over an hour)
	@.ci/deps compile
	@tests/all long

test-quick: $(TESTS)  ## the unit tests alone, shortened: under a minute
	@GAPSCALE_TEST_QUICK=1 tests/run $(TESTS)

.PHONY: tests
tests: $(PROGRAM) $(TESTS)

test-faults: all  ## 200 kills of runs, resumes, shards, merges and final writes (a quarter of an hour)
	@tests/faults.sh $(BUILD)/gapscale 200

test-slurm: all mpi  ## the job scripts of configs/slurm under a Slurm of one node, started here (root)
	@tests/slurm.sh $(BUILD)/gapscale $(BUILD)/gapscale-mpi

test-coverage: $(OBJ)/tests/analysis/verdict/test_coverage  ## intervals of 1600 whole experiments and as many under common randomness (six minutes)
	@GAPSCALE_TEST_LONG=1 $<

.PHONY: benches
benches: $(BENCHES)

BENCH := --keep results/bench.txt
bench: benches all $(if $(WITH_MPI),mpi)  ## measured speed beside floors and peers, some minutes, kept in results/bench.txt; BENCH=--json or --quick: printed alone
	@tests/bench/bench.sh $(BENCH) $(OBJ) $(BUILD)/gapscale $(BUILD)/gapscale-mpi

C_FILES = $(wildcard gapscale.c $(foreach top,models sim analysis tests,$(top)/*/*.[ch]) tests/*/*/*.[ch] tests/*.[ch])

format:  ## clang-format, in place
	clang-format -i $(C_FILES)

pages: all  ## the tables of families in configs/README.md, from `gapscale families --markdown`
	@$(BUILD)/gapscale families --markdown > $(OBJ)/families.md
	@sed -i -e '/^<!-- families/,/^<!-- end of families/{//!d}' -e '/^<!-- families/r $(OBJ)/families.md' configs/README.md

lint: $(LIBRARY)  ## formatting, clang-tidy, names and includes
	@tests/lint $(OBJ) $(C_FILES)

# ---- installing ----

BIN := $(DESTDIR)$(PREFIX)/bin
DOC := $(DESTDIR)$(PREFIX)/share/doc/gapscale
# Laid out as here, so that they find each other.
PAGES := $(wildcard *.md *.cff LICENSE models/*.md sim/*.md analysis/*.md results/*.md results/*.ipynb results/gallery/* \
                    $(shell grep -oh "results/[a-z-]*\.txt" *.md */*.md | sort -u) configs/*.md configs/*.yaml configs/examples/*.yaml \
                    configs/slurm/*.sh configs/packages/*.def configs/packages/spack/*.yaml configs/packages/spack/packages/*/*.py)

SHARE := $(DESTDIR)$(PREFIX)/share
SHARED := man/man1/gapscale.1 bash-completion/completions/gapscale zsh/site-functions/_gapscale fish/vendor_completions.d/gapscale.fish
install_as = @mkdir -p "$(SHARE)/$(dir $2)" && install -m 644 $(OBJ)/$1 "$(SHARE)/$2"

install: all $(if $(WITH_MPI),mpi)  ## programs (gapscale-mpi where MPICC is), pages, configs below PREFIX (and DESTDIR)
	@mkdir -p "$(BIN)"
	install -m 755 $(PROGRAM) "$(BIN)"
	$(if $(wildcard $(OBJ)/gapscale-mpi)$(WITH_MPI),install -m 755 $(OBJ)/gapscale-mpi "$(BIN)")
	@for page in $(PAGES); do \
	    mode=644; [ ! -x "$$page" ] || mode=755; \
	    mkdir -p "$(DOC)/$$(dirname "$$page")" && install -m $$mode "$$page" "$(DOC)/$$page" || exit 1; \
	done
	@for shell in bash zsh fish; do $(PROGRAM) --completions $$shell > $(OBJ)/completion.$$shell || exit 1; done
	@$(PROGRAM) --man > $(OBJ)/gapscale.1
	$(call install_as,gapscale.1,man/man1/gapscale.1)
	$(call install_as,completion.bash,bash-completion/completions/gapscale)
	$(call install_as,completion.zsh,zsh/site-functions/_gapscale)
	$(call install_as,completion.fish,fish/vendor_completions.d/gapscale.fish)
	@echo 'pages and configs are in $(DOC)'

uninstall:  ## removes what install made, and nothing else
	@rm -fv "$(BIN)/gapscale" "$(BIN)/gapscale-mpi"
	@for page in $(PAGES); do rm -f "$(DOC)/$$page"; done
	@for file in $(SHARED); do rm -f "$(SHARE)/$$file"; done
	@[ ! -d "$(DOC)" ] || find "$(DOC)" -depth -type d -empty -delete

clean:  ## removes everything built (results stay)
	rm -rf $(if $(PLACE),'$(PLACE)') $(BUILD)

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|'
