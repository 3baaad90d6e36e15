# niched. Nothing needs to be installed first but make; CONTRIBUTING.md says how the house is built.
SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

comma := ,
SAN ?=
FUZZ ?=
B ?= build$(if $(SAN),/$(SAN))
CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
AR := ar
CFLAGS ?= -O2 -g
LDFLAGS ?=
JOBS ?= $(shell nproc)
Q := $(if $(V),,@)

# where `make install` puts things; DESTDIR as usual
prefix ?= /usr/local
bindir ?= $(prefix)/bin
mandir ?= $(prefix)/share/man
sysconfdir ?= /etc
completiondir ?= $(prefix)/share/bash-completion/completions
unitdir ?= $(prefix)/lib/systemd/system
sysusersdir ?= $(prefix)/lib/sysusers.d

PKGS := libmicrohttpd gnutls libcjson libcurl libpq libsodium zlib libzstd libutf8proc
# asked of pkg-config once, and only when something is built: `make deps` may have to install it first
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $(shell pkg-config --libs $(PKGS)))$(PKG_LIBS)

# a sanitizer's build may warn falsely: warnings are the plain build's matter
WARN := -Wall -Wextra -Wshadow -Wswitch -Wconversion $(if $(SAN)$(FUZZ),,-Werror)
# FUZZ=1 (what `make fuzz` sets): all of it counts what it covers, for libFuzzer
SANFLAGS := $(if $(FUZZ),-fsanitize=fuzzer-no-link$(comma)address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)$(if $(SAN),-fsanitize=$(SAN:address=address,undefined) -fno-sanitize-recover=all -fno-omit-frame-pointer)
# not beside a sanitizer, which looks closer; the checked functions need optimisation. tests/unit/test_hardening.py holds it
SOFT := $(SAN)$(FUZZ)
HARD := -fstack-protector-strong -fstack-clash-protection $(if $(findstring -O0,$(CFLAGS)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
ALL_CFLAGS = -std=gnu17 -D_GNU_SOURCE -ffp-contract=off -Iinclude $(WARN) -fPIE $(SANFLAGS) $(CPPFLAGS) $(CFLAGS) $(PKG_CFLAGS) $(if $(SOFT),,$(HARD))
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now,-z,noexecstack $(SANFLAGS) $(LDFLAGS)
LIBS = $(PKG_LIBS) -lm -lpthread

SRC := $(wildcard src/*.c src/*/*.c)
OBJ := $(SRC:%.c=$(B)/%.o)
LIB_OBJ := $(filter-out $(B)/src/main.o,$(OBJ)) $(B)/embed.o
UNIT := $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/test_*.c))
TARGETS := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
REPLAY := $(TARGETS:%=$(B)/replay/%)
EMBED := $(wildcard sql/migrations/*.sql sql/queries/*.sql sql/taxonomy/*.tsv sql/sample/* openapi.yaml src/web/*)
# the page draws with it; from the distribution, never in the repository
CHART ?= /usr/share/javascript/chart.js/chart.min.js
DEPFILES := $(OBJ:.o=.d) $(UNIT:=.d) $(REPLAY:=.d) $(TARGETS:%=$(B)/fuzz/%.d)

.PHONY: install uninstall deb deb-check
.PHONY: attack chaos fuzz fuzzers overload soak
.PHONY: help deps-bench deps-fuzz bench bench-ingest compile_commands.json deps deps-dev deps-browser deps-contract contract build objects units run stop test test-unit test-sql test-e2e test-browser eval bench-plan lint format ci fresh clean \
	distclean FORCE

help: ## this list
	@sed -nE 's/^([a-z][a-z0-9_.-]*):[^#]*## (.*)/  make \1\t\2/p' Makefile | expand -t 26
	@echo
	@echo '  SAN=address or SAN=thread builds and tests with sanitizers in build/$$SAN; CC=clang, CFLAGS=, V=1 as usual.'

run: ## installs what is missing, builds, starts its own PostgreSQL in var/, loads a sandbox world, serves on :8080
	@src/run/deps.sh run
	@$(MAKE) build
	@src/run/run.sh $(B)/niched

stop: ## stops the private PostgreSQL, should a killed run have left it
	@src/run/cluster.sh stop var/pg

build: ## the program, build/niched
	@$(MAKE) -j$(JOBS) $(B)/niched

install: build ## the program, its manual page, completion, systemd unit and settings; prefix= and DESTDIR= as usual
	@install -d $(addprefix $(DESTDIR),$(bindir) $(mandir)/man1 $(completiondir) $(unitdir) $(sysusersdir) $(sysconfdir)/default)
	@install -m 755 $(B)/niched $(DESTDIR)$(bindir)/niched
	@$(B)/niched help --man >$(B)/niched.1 && install -m 644 $(B)/niched.1 $(DESTDIR)$(mandir)/man1/niched.1
	@$(B)/niched completion bash >$(B)/niched.bash && install -m 644 $(B)/niched.bash $(DESTDIR)$(completiondir)/niched
	@sed 's,@bindir@,$(bindir),;s,@sysconfdir@,$(sysconfdir),' docker/systemd/niched.service >$(B)/niched.service
	@install -m 644 $(B)/niched.service $(DESTDIR)$(unitdir)/niched.service
	@install -m 644 docker/systemd/niched.sysusers $(DESTDIR)$(sysusersdir)/niched.conf
	@[ -e $(DESTDIR)$(sysconfdir)/default/niched ] || install -m 644 docker/systemd/niched.default $(DESTDIR)$(sysconfdir)/default/niched

uninstall: ## removes what `make install` put there, but the settings
	@rm -f $(addprefix $(DESTDIR),$(bindir)/niched $(mandir)/man1/niched.1 $(completiondir)/niched $(unitdir)/niched.service $(sysusersdir)/niched.conf)

deb: ## a package for this Debian or Ubuntu: build/deb/niched_*.deb
	@src/run/deps.sh deb
	@$(MAKE) $(B)/version $(B)/revision
	@docker/debian/build.sh $(B)

deb-check: ## installs that package and runs its unit by hand; in a fresh root alone: KINDS='deb deb-check' make fresh
	@tests/deb.sh $(B)

deps: ## installs the packages to build and run (Debian, Ubuntu)
	@src/run/deps.sh run

deps-dev: ## ... and those to lint and test
	@src/run/deps.sh dev

deps-browser: deps-dev ## ... and those of `make test-browser`
	@src/run/deps.sh browser

deps-contract: deps-dev ## ... and those of `make contract`
	@src/run/deps.sh contract

deps-fuzz: deps-dev ## ... and those of `make fuzz`
	@src/run/deps.sh fuzz

deps-bench: deps ## ... and those of the benchmarks
	@src/run/deps.sh bench

test: deps-dev ## unit, SQL and end-to-end tests against a throw-away PostgreSQL
	@$(MAKE) -j$(JOBS) $(B)/niched units
	@tests/run.sh $(B) unit files+sql+e2e

.PHONY: test-long
test-long: ## ... with all rounds of what is random: more worlds, longer walks, ten kills of each kind
	@TEST_LONG=1 $(MAKE) test

test-unit: deps-dev ## the C tests alone
	@$(MAKE) -j$(JOBS) units
	@tests/run.sh $(B) unit files

test-sql: deps-dev ## the tests of the store alone
	@$(MAKE) build
	@tests/run.sh $(B) sql

test-e2e: deps-dev ## the tests of the running service alone; ARGS='-k match' goes to pytest; VALGRIND=1: under valgrind
	@$(if $(VALGRIND),src/run/deps.sh valgrind,:)
	@$(MAKE) build
	@tests/run.sh $(B) e2e

test-browser: deps-browser ## the page in a real Chromium; axe-core comes from npm
	@$(MAKE) build
	@tests/run.sh $(B) browser

contract: deps-contract ## openapi.yaml by a linter, and a typed client generated from it, against the service (npm)
	@$(MAKE) build
	@tests/run.sh $(B) contract

eval: deps-dev ## measures the ranking on ../shared/data where present; build/eval.md, build/eval.json
	@$(MAKE) -j$(JOBS) $(B)/rank_tool
	@PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m pytest -p no:cacheprovider -q tests/eval
	@PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/eval/eval.py --tool $(B)/rank_tool --out $(B) $(ARGS)

bench: deps-bench ## the service beside what bounds it and Node peers: build/bench.json, build/bench.md; BENCH_URL= a kept store, ARGS='--only rate'
	@$(MAKE) build
	@PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/bench/bench.py --niched $(B)/niched --out $(B) $(if $(BENCH_URL),--url '$(BENCH_URL)',--creators $(or $(BENCH_CREATORS),1000000)) $(ARGS)

bench-plan: deps ## measures the planner against brute force, and its time; DATABASE_URL=: /similar and /plan there too
	@$(MAKE) -j$(JOBS) $(B)/plan_bench $(B)/niched
	@$(B)/plan_bench $(B)/bench-plan.json
	@[ -z "$$DATABASE_URL" ] || /usr/bin/python3 tests/bench/plan_store.py $(B)/niched $(B)/bench-plan.json

bench-ingest: deps-bench ## measures imports, scoring and how soon a write ranks; BENCH_CREATORS=1000000; build/bench-ingest.json
	@$(MAKE) build
	@PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/bench/ingest.py --niched $(B)/niched --out $(B) --creators $(or $(BENCH_CREATORS),1000000) $(ARGS)

attack: deps-dev ## hostile input over all that openapi.yaml names, and raw requests; ARGS='--every 20'; build/attack.json
	@$(MAKE) build
	@PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/attack/attack.py --niched $(B)/niched --out $(B) $(ARGS)

fuzz: deps-fuzz ## libFuzzer with ASan and UBSan, TIME=60 seconds for each of tests/fuzz; ARGS=niche: that alone; build/fuzz.json
	@$(MAKE) -j$(JOBS) B=build/fuzzer CC=clang FUZZ=1 CFLAGS='-O1 -g' fuzzers
	@PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/fuzz/fuzz.py --programs build/fuzzer/fuzz --out build --seconds $(or $(TIME),60) $(ARGS)

chaos: deps-dev ## what fails around the service fails under load, every answer checked; ARGS='--only "PostgreSQL killed"'; build/chaos.json
	@$(MAKE) build
	@PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/chaos/chaos.py --niched $(B)/niched --out $(B) $(ARGS)

overload: deps-dev ## more load than it can bear, and slow clients: what it still does, beside its peak; build/overload.json
	@$(MAKE) build
	@PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/chaos/overload.py --niched $(B)/niched --out $(B) $(ARGS)

soak: deps-dev ## a mixed load for TIME=20 minutes, in which nothing may grow; build/soak.json
	@$(MAKE) build
	@PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/chaos/soak.py --niched $(B)/niched --out $(B) --minutes $(or $(TIME),20) $(ARGS)

lint: deps-dev ## every rule of the house that a machine can check; ONLY=floors,doors for some
	@PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m pytest -p no:cacheprovider -q --tb=short tests/lint
	@PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/lint/lint.py $(if $(ONLY),--only $(ONLY))

format: deps-dev ## clang-format over all C
	@clang-format -i $$(find include src tests -name '*.[ch]')

compile_commands.json: ## how each file is compiled, for clangd and other tools
	@for c in $(SRC) $(wildcard tests/unit/*.c tests/eval/*.c tests/bench/*.c); do \
		printf '{"directory": "%s", "file": "%s", "command": "%s -c %s"}\n' '$(CURDIR)' $$c '$(CC) $(ALL_CFLAGS)' $$c; \
	done | sed '1s/^/[/; $$!s/$$/,/; $$s/$$/]/' >$@.new && mv $@.new $@

ci: ## what .ci/run does: deps, lint, test, test with sanitizers
	@tests/ci.sh

fresh: ## proves `make run` and `make test` on a fresh minimal Debian 12 (as root; debootstrap)
	@tests/fresh.sh $(ARGS)

clean: ## removes what was built
	rm -rf build

distclean: clean ## ... and the private database with all its data
	@src/run/cluster.sh drop var/pg
	rm -rf var

# ---- building

objects: $(OBJ)
units: $(UNIT) $(REPLAY)
fuzzers: $(TARGETS:%=$(B)/fuzz/%)

$(B)/niched: $(B)/src/main.o $(B)/libniched.a
	@echo "  LD  $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(B)/libniched.a: $(LIB_OBJ) $(B)/objects.list
	@echo "  AR  $@"
	$(Q)rm -f $@ && $(AR) rcs $@ $(LIB_OBJ)

$(B)/src/%.o: src/%.c $(B)/flags.list
	@echo "  CC  $<"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/unit/%: tests/unit/%.c $(B)/libniched.a $(B)/flags.list
	@echo "  CC  $<"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -MF $@.d -MT $@ $(ALL_LDFLAGS) -o $@ $< $(B)/libniched.a $(LIBS) -lcmocka

$(B)/replay/%: tests/fuzz/fuzz_%.c tests/fuzz/replay.c $(B)/libniched.a $(B)/flags.list
	@echo "  CC  $< (replay)"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -MF $@.d -MT $@ $(ALL_LDFLAGS) -o $@ $< tests/fuzz/replay.c $(B)/libniched.a $(LIBS)

$(B)/fuzz/%: tests/fuzz/fuzz_%.c $(B)/libniched.a $(B)/flags.list
	@echo "  CC  $<"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -MF $@.d -MT $@ $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $< $(B)/libniched.a $(LIBS)

$(B)/rank_tool: $(wildcard tests/eval/*.c tests/eval/*.h) $(B)/libniched.a $(B)/flags.list
	@echo "  CC  tests/eval/rank_*.c"
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(filter %.c,$^) $(B)/libniched.a $(LIBS)

$(B)/plan_bench: $(wildcard tests/bench/plan_*.c tests/bench/plan_*.h) $(B)/libniched.a $(B)/flags.list
	@echo "  CC  tests/bench/plan_bench.c"
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(filter %.c,$^) $(B)/libniched.a $(LIBS)

$(B)/embed.o: $(B)/embed.S $(B)/openapi.json $(B)/version $(B)/revision $(EMBED) $(CHART)
	@echo "  AS  $< ($(words $(EMBED)) files)"
	$(Q)$(CC) -c -o $@ $<

# Written anew only when their text changes, so that a new file, a removed one or another flag rebuilds just enough.
keep = if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# JSON is the one form of the contract that is made, not kept
$(B)/openapi.json: openapi.yaml
	@mkdir -p $(@D); /usr/bin/python3 -c 'import json, sys, yaml; json.dump(yaml.safe_load(open("$<", encoding="utf-8")), sys.stdout, ensure_ascii=False, separators=(",", ":"))' >$@.new && mv $@.new $@

$(CHART):
	@echo 'niched: $@ is missing; run `make deps`' >&2; exit 1

$(B)/embed.S: $(B)/openapi.json $(B)/version $(B)/revision $(CHART) FORCE
	@mkdir -p $(B); src/embed.sh $(EMBED) openapi.json=$(B)/openapi.json src/web/chart.min.js=$(CHART) version=$(B)/version revision=$(B)/revision >$@.new && $(keep)

# the contract's version is the program's
$(B)/version: openapi.yaml
	@mkdir -p $(B); sed -n '/^  version: /{s///;s/"//g;p;q}' $< | tr -d '\n' >$@

$(B)/revision: FORCE
	@mkdir -p $(B); printf %s '$(or $(REVISION),$(shell git rev-parse --short=12 HEAD 2>/dev/null),unknown)' >$@.new; $(keep)

$(B)/objects.list: FORCE
	@mkdir -p $(B); echo '$(LIB_OBJ)' >$@.new; $(keep)

$(B)/flags.list: FORCE
	@pkg-config --exists '$(PKGS)' 2>/dev/null || { echo 'niched: libraries are missing; run `make deps`' >&2; exit 1; }
	@mkdir -p $(B); echo '$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)' >$@.new; $(keep)

-include $(wildcard $(DEPFILES))
