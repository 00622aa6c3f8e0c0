# SPDX-License-Identifier: Apache-2.0
#
# The lab (Tests/Lab/lab) boots a real kernel with IPVS as an ordinary process.
#
#   make demo           show the program at work on a real IPVS kernel in the lab
#   make release        build the program as one static file, .build/dist/ipvs-timeout
#   make packages       build .deb, .rpm, tarball, container image, SBOM and checksums, .build/packages
#   make test-completions  press Tab in bash, zsh and fish, with real network namespaces in the lab
#   make arm64          cross-build the program and the packages for arm64; as root, downloads 1.1 GB
#   make test-host-arm64  run the host tests for arm64 with QEMU's emulation of single programs; as root
#   make test-arm64     boot an arm64 kernel in QEMU, and compare the program there with ipvsadm
#   make test-packages  test the packages in chroots and under a real systemd; as root, not part of `make test`
#   make reproducible   build the program in two clones in two directories, and compare the files
#   make install        install the program, manual page, completions, units and an example policy; uses PREFIX, DESTDIR
#   make uninstall      remove the files that `make install` installed
#   make test           run all tests, except `make test-kernels`
#   make test-kernels   run the kernel tests on the installed user-mode kernel and on Debian's newer ones, and print a table;
#                       FILTER='ShowTests|SetTests' runs only these suites
#   make test-cloud-kernel  run suites of the kernel tests on Debian's cloud kernel in QEMU; not part of `make test`
#   make test-faults    make every system call of every changing command fail, and kill the commands there, in the lab;
#                       COMMANDS='try withElsewhere' for these commands only
#   make test-systemd   test the systemd units with a real systemd in the lab
#   make test-fleet     test the roll-outs with Ansible and with plain ssh, on fleets of directors in the lab
#   make test-monitoring  test examples/monitoring with the real node_exporter, Prometheus and a fleet in the lab; not part of `make test`
#   make test-swarm     test a node of Docker Swarm in QEMU; half an hour to an hour, not part of `make test`
#   make test-docs      test the tutorial of the library: each step compiles, and the last one runs in the lab
#   make lint           check format, wording, links and numbers of the documentation, and shell scripts
#   make test-recipes   run the recipes of README.md and docs/ word for word, in the lab
#   make recipes        write the output in README.md and docs/ from a run of their recipes
#   make fuzz           feed each parser with libFuzzer for a minute, two at a time; SECONDS=N for another time, PARSERS="…" for some
#   make test-fuzz      the same with 10 000 inputs each, the same ones on every machine
#   make test-sanitized run the tests of the libraries with the address sanitizer, or SANITIZERS=thread; not part of `make test`
#   make bench          compare the program with ipvsadm
#   make bench-cloud-kernel  the same on Debian's cloud kernel in QEMU, without the table of connections
#   make test-schema    hold docs/reference/output.schema.json against the JSON that every command prints
#   make docs           build the documentation of the library, .build/docs/site
#   make manual         write docs/ipvs-timeout.8 from docs/manual/frame.mdoc and the program's own help
#   make golden         write Tests/Golden/session.txt from a session with the program in the lab
#   make link-order     trace the program, and write the order in which to link the release program
#   make clean          delete everything that was built

PREFIX ?= /usr/local
DESTDIR ?=

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

LAB := Tests/Lab/lab
DIST := .build/dist/ipvs-timeout
# The same program for this machine. It prints the completions.
RUNNABLE := $(DIST)
PACKAGES := .build/packages
# The time of all packaged files.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2> /dev/null || echo 0)
LINK_ORDER := Sources/ipvs-timeout/link-order.txt
LINK_SECTIONS := Sources/ipvs-timeout/link-sections.ld
CHECKS := --explicit-target-dependency-import-check error
LINK_MAP := .build/link-map.txt
# A fully static program starts fastest and runs on any distribution. Each function has its own section, so that the
# linker can bring together what runs. Metadata of generic types comes from direct calls: a look-up by a mangled name would
# run the demangler. Sources/CStartup/foundation.c tells how it does without Foundation. These options are only here, so that
# `swift build` needs none.
STATIC_OPTIONS := -c release --static-swift-stdlib -Xswiftc -static-executable -Xswiftc -use-ld=lld \
	-Xswiftc -Xfrontend -Xswiftc -function-sections \
	-Xswiftc -Xfrontend -Xswiftc -disable-concrete-type-metadata-mangled-name-accessors \
	-Xcc -DWITHOUT_FOUNDATION -Xlinker --no-warn-symbol-ordering
# The linker's -O0 leaves equal texts apart, so that each lies beside those of its file, and the order can move them.
STATIC := $(STATIC_OPTIONS) -Xlinker "--symbol-ordering-file=$(CURDIR)/$(LINK_ORDER)" \
	-Xlinker -O0 -Xlinker "--script=$(CURDIR)/$(LINK_SECTIONS)" \
	-Xlinker --no-demangle -Xlinker "-Map=$(CURDIR)/$(LINK_MAP)"
DOCS := .build/docs
TUTORIAL := Sources/IPVS/IPVS.docc
KERNEL_TESTS := Tests/Lab/kernel-tests $(CURDIR)/$(DIST) .build/debug/ipvs-timeoutPackageTests.xctest

# Swift's own libFuzzer. lld, because gold fails, and no dead code is removed, because the counters would be, too.
FUZZ_BUILD := IPVS_TIMEOUT_FUZZ=1 swift build -c release --product Fuzz --scratch-path .build/fuzz --disable-dead-strip \
	-Xswiftc -enable-testing -Xswiftc -sanitize=address,fuzzer -Xswiftc -use-ld=lld \
	-Xcc -fsanitize=address,undefined,fuzzer-no-link -Xcc -fno-sanitize-recover=undefined
FUZZ := Tests/Fuzz/run .build/fuzz/release/Fuzz
SECONDS := 60
# The inputs for each parser in `make test`, the same everywhere.
FUZZ_RUNS := 10000
SANITIZERS := address

GENERATE_MANUAL := docs/manual/generate .build/debug/ipvs-timeout docs/manual/frame.mdoc
HELP_TEXT := Sources/ipvs-timeout/Arguments/HelpText.swift

INSTALL_PROGRAM := $(DESTDIR)$(PREFIX)/sbin/ipvs-timeout
INSTALL_MANUAL := $(DESTDIR)$(PREFIX)/share/man/man8/ipvs-timeout.8
INSTALL_POLICY_MANUAL := $(DESTDIR)$(PREFIX)/share/man/man5/ipvs-timeout.conf.5
INSTALL_BASH := $(DESTDIR)$(PREFIX)/share/bash-completion/completions/ipvs-timeout
INSTALL_ZSH := $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_ipvs-timeout
INSTALL_FISH := $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/ipvs-timeout.fish
INSTALL_UNITS := $(addprefix $(DESTDIR)$(PREFIX)/lib/systemd/system/ipvs-timeout.,service path timer)
INSTALL_EXAMPLES := $(DESTDIR)$(PREFIX)/share/doc/ipvs-timeout/examples
MONITORING := $(addprefix examples/monitoring/,ipvs-timeout-metrics ipvs-timeout-metrics.service ipvs-timeout-metrics.timer \
	check_ipvs_timeout alerts.yml dashboard.json)

.PHONY: demo docs test test-completions test-docs test-host test-link-order test-golden test-schema golden test-recipes recipes test-examples test-lab test-kernel test-kernels test-cloud-kernel test-systemd test-fleet test-monitoring test-swarm test-manual bench bench-cloud-kernel lint test-faults fuzz test-fuzz test-sanitized packages test-packages arm64 test-arm64 test-host-arm64 reproducible \
	release install uninstall manual link-order dependencies test-dependencies clean

demo: release
	$(LAB) -t 900 examples/demo $(CURDIR)/$(DIST)

test: lint test-manual test-lab test-host test-fuzz test-link-order test-golden test-schema test-completions test-recipes test-examples test-kernel test-systemd test-fleet

lint: test-dependencies
	swift format lint --strict --recursive --parallel Package.swift Sources Tests examples
	shellcheck -x Tests/Fuzz/run $(filter-out %.txt %.c,$(filter-out Tests/Lab/kernel-table,$(wildcard Tests/Lab/*))) Tests/CloudKernel/* Tests/Bench/*.sh Tests/Golden/session Tests/Golden/json-session $(addprefix Tests/Swarm/,build-guest guest-test swarm-test) Tests/Recipes/scene Tests/Recipes/shell Tests/Packages/package-test Tests/Packages/arm64-test Tests/Packages/arm64-host-test Tests/Packages/arm64-guest Tests/Completions/bash-complete Tests/Completions/completion-test $(addprefix examples/packaging/,build build-arm64 image parts reproducible) examples/check-after-timeouts examples/demo examples/rollout.sh $(addprefix examples/monitoring/,ipvs-timeout-metrics check_ipvs_timeout) Tests/Monitoring/monitoring-test docs/manual/help-text .ci/run \
	  findings/*.sh findings/lib/*
	Tests/Recipes/check-pages
	Tests/Lint/translations
	Tests/Lint/plain-english

test-host: test-dependencies
	swift build --build-tests $(CHECKS)
	swift test --skip-build --skip KernelTests

fuzz: test-dependencies
	$(FUZZ_BUILD)
	$(FUZZ) -max_total_time=$(SECONDS) $(PARSERS)

# By then the corpus has been read; the rest of the time goes into new inputs.
test-fuzz: test-dependencies
	$(FUZZ_BUILD)
	$(FUZZ) -runs=$(FUZZ_RUNS)

# The kernel tests and those of the command are left out; most of these start the program. C code is also checked for undefined behaviour.
test-sanitized: test-dependencies
	for sanitizer in $(SANITIZERS); do \
	  options="--sanitize $$sanitizer --scratch-path .build/sanitized/$$sanitizer -Xswiftc -use-ld=lld \
	    -Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=undefined"; \
	  IPVS_TIMEOUT_SANITIZED=1 swift build --build-tests $$options; \
	  LSAN_OPTIONS=suppressions=$(CURDIR)/Tests/Sanitizers/leaks.txt \
	    TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/Sanitizers/races.txt IPVS_TIMEOUT_SANITIZED=1 swift test --skip-build $$options; \
	done

test-examples: test-dependencies release test-docs
	$(LAB) -t 900 examples/demo $(CURDIR)/$(DIST) > .build/demo.log || { cat .build/demo.log; exit 1; }
	grep -qx 'tcp is 900 s, wanted 60 s' .build/demo.log
	grep -qx 'Timeout (tcp tcpfin udp): 900 30 60 (put back; tried 300 30 60)' .build/demo.log
	grep -qx 'renewed 1 of [0-9]* connections.*' .build/demo.log
	grep -qx '   … the client sends a request, and the server answers: HTTP/1.0 200 OK' .build/demo.log
	grep -qx 'director-blue: Timeout (tcp tcpfin udp): 7200 60 30 (as wanted)' .build/demo.log
	test "$$($(LAB) .build/examples/debug/raise-udp)" = 'udp was 300 s and is 600 s'
	test "$$($(LAB) sh -c 'ip netns add blue && ip netns exec blue ipvsadm --set 0 0 999 && .build/examples/debug/longest-udp')" = 'blue: 999 s'
	$(LAB) -t 900 Tests/Lab/real-servers-test

# Compiles each step of the tutorial against the library that was built for the examples, and runs the last step.
test-docs: test-dependencies
	swift build --package-path examples/library --scratch-path .build/examples
	for step in $(TUTORIAL)/Resources/raise-tcp-[0-9].swift; do \
	  swiftc -typecheck -warnings-as-errors -I .build/examples/debug/Modules -I .build/examples/debug/CSyscalls.build \
	    -I .build/examples/checkouts/swift-system/Sources/CSystem/include -I Sources/CLibNL -I Sources/CLinux \
	    $$(pkg-config --cflags libnl-genl-3.0) $$step; \
	done
	$(LAB) Tests/Lab/tutorial-test $(TUTORIAL) .build/examples/debug/raise-tcp examples/library/Sources/raise-tcp/main.swift

test-link-order: release
	Tests/Bench/check-link-order.py $(LINK_MAP) $(LINK_ORDER) $(LINK_SECTIONS)

test-golden: test-dependencies release
	$(LAB) -t 120 Tests/Golden/session $(CURDIR)/$(DIST) | diff -u Tests/Golden/session.txt -

test-schema: test-dependencies release
	$(LAB) -t 120 Tests/Golden/json-session $(CURDIR)/$(DIST) > .build/json-session.txt
	Tests/Golden/check-schema docs/reference/output.schema.json Tests/Golden/session.txt .build/json-session.txt

golden: test-dependencies release
	$(LAB) -t 120 Tests/Golden/session $(CURDIR)/$(DIST) > .build/session.txt
	mv .build/session.txt Tests/Golden/session.txt

# The recipes of docs/how-to/roll-out.md need the fleet, and those of docs/how-to/monitor.md need Prometheus.
test-recipes: test-dependencies release
	@Tests/Lab/install-dependencies fleet monitoring
	Tests/Recipes/run $(CURDIR)/$(DIST)

recipes: test-dependencies release
	@Tests/Lab/install-dependencies fleet monitoring
	Tests/Recipes/run --write $(CURDIR)/$(DIST)

test-lab: test-dependencies
	Tests/Lab/selftest

test-kernel: test-dependencies release
	swift build --build-tests $(CHECKS)
	$(KERNEL_TESTS)

# The installed kernel comes first. A failure on one kernel does not keep the others from being tested.
test-kernels: test-dependencies release
	swift build --build-tests $(CHECKS)
	Tests/Lab/fetch-kernels .build/kernels > .build/kernels.list
	rm -rf .build/kernel-results; mkdir .build/kernel-results
	installed=$$($(LAB) uname -r); \
	columns=$$installed=.build/kernel-results/$$installed; \
	echo "== Linux $$installed"; \
	$(KERNEL_TESTS) .build/kernel-results/$$installed || true; \
	while read -r version kernel modules <&3; do \
	  echo "== Linux $$version"; \
	  LAB_KERNEL=$$kernel LAB_MODULES=$$modules $(KERNEL_TESTS) .build/kernel-results/$$version || true; \
	  columns+=" $$version=.build/kernel-results/$$version"; \
	done 3< .build/kernels.list; \
	Tests/Lab/kernel-table $$columns

test-cloud-kernel: test-dependencies release
	@Tests/Lab/install-dependencies swarm
	swift build --build-tests $(CHECKS)
	Tests/CloudKernel/cloud-kernel-test $(CURDIR)/$(DIST) .build/debug/ipvs-timeoutPackageTests.xctest

test-faults: test-dependencies release
	swift build --build-tests $(CHECKS)
	$(LAB) -m 1G -t 14400 env IPVS_TIMEOUT_FAULTS=complete IPVS_TIMEOUT_FAULT_COMMANDS="$(COMMANDS)" IPVS_TIMEOUT_PROGRAM=$(CURDIR)/$(DIST) \
	  .build/debug/ipvs-timeoutPackageTests.xctest --testing-library swift-testing \
	  --filter 'KernelTests\.RealKernel/(FaultTests|RenewalCrashTests)'

test-systemd: test-dependencies release
	Tests/Lab/systemd-test $(CURDIR)/$(DIST)

test-fleet: test-dependencies packages
	@Tests/Lab/install-dependencies fleet
	Tests/Lab/fleet-test $(CURDIR)/$(DIST)

test-monitoring: test-dependencies release
	@Tests/Lab/install-dependencies fleet monitoring
	Tests/Monitoring/monitoring-test $(CURDIR)/$(DIST)

test-swarm: packages
	@Tests/Lab/install-dependencies swarm
	Tests/Swarm/swarm-test $(CURDIR)/$(DIST) $(PACKAGES)/*-linux-amd64.image.tar.gz

bench: release
	@Tests/Lab/install-dependencies bench
	Tests/Bench/bench.sh $(CURDIR)/$(DIST)

bench-cloud-kernel: release
	@Tests/Lab/install-dependencies swarm
	Tests/CloudKernel/cloud-kernel-bench $(CURDIR)/$(DIST)

release: $(DIST)

$(DIST): Makefile $(shell find Sources -name '*.docc' -prune -o -print) Package.swift | dependencies
	@# The build does not know that the program depends on the link order. Removing the program makes it link again.
	rm -f .build/release/ipvs-timeout
	swift build $(CHECKS) $(STATIC) --product ipvs-timeout
	install -D -s -m 755 .build/release/ipvs-timeout $@
	@# These sections differ from directory to directory; without them, the same sources make the same file.
	strip -R .swift_modhash -R .note.gnu.build-id -R .comment $@
	-@Tests/Bench/check-link-order.py $(LINK_MAP) $(LINK_ORDER) $(LINK_SECTIONS)

packages: release
	@Tests/Lab/install-dependencies packages
	examples/packaging/parts > .build/parts.tsv
	examples/packaging/build $(DIST) amd64 .build/parts.tsv $(DIST) $(PACKAGES)
	@ls -l $(PACKAGES)

test-completions: release
	@Tests/Lab/install-dependencies shells
	Tests/Completions/completion-test $(CURDIR)/$(DIST)

test-packages: packages
	@Tests/Lab/install-dependencies test packages package-test
	Tests/Packages/package-test $(PACKAGES)

arm64: release
	@Tests/Lab/install-dependencies packages arm64
	examples/packaging/build-arm64 .build/arm64 $(STATIC_OPTIONS)
	examples/packaging/build .build/arm64/ipvs-timeout arm64 .build/arm64/parts.tsv $(DIST) $(PACKAGES)

test-host-arm64: test-dependencies
	@Tests/Lab/install-dependencies packages arm64 arm64-host
	examples/packaging/build-arm64 --tests .build/arm64
	Tests/Packages/arm64-host-test .build/arm64

test-arm64:
	@Tests/Lab/install-dependencies arm64
	Tests/Packages/arm64-test .build/arm64/ipvs-timeout .build/arm64/guest

reproducible: test-dependencies
	examples/packaging/reproducible

# Builds in a copy of the package, so that users of the package do not have to resolve the plugin.
docs: dependencies
	rm -rf $(DOCS)/site $(addprefix $(DOCS)/package/,Package.swift Sources Tests)
	mkdir -p $(DOCS)/package
	cp -a Package.swift Sources Tests $(DOCS)/package
	sed -i '/^  dependencies: \[$$/a\    .package(url: "https://github.com/swiftlang/swift-docc-plugin", exact: "1.5.0"),' $(DOCS)/package/Package.swift
	swift package --package-path $(DOCS)/package --allow-writing-to-directory $(DOCS) generate-documentation \
	  --target IPVS --target IPVSTesting --enable-experimental-combined-documentation --warnings-as-errors --output-path $(CURDIR)/$(DOCS)/site
	@echo 'The documentation is in $(DOCS)/site. To read it: python3 -m http.server -d $(DOCS)/site, then http://localhost:8000/documentation'

manual: dependencies
	swift build --product ipvs-timeout
	$(GENERATE_MANUAL) > docs/ipvs-timeout.8
	docs/manual/help-text .build/debug/ipvs-timeout > .build/help-text
	mv .build/help-text $(HELP_TEXT)

test-manual: test-dependencies
	swift build --product ipvs-timeout
	$(GENERATE_MANUAL) | diff -u docs/ipvs-timeout.8 -
	docs/manual/help-text .build/debug/ipvs-timeout | diff -u $(HELP_TEXT) -
	mandoc -T lint -W warning docs/ipvs-timeout.8 docs/manual/ipvs-timeout.conf.5

link-order: release
	@Tests/Lab/install-dependencies trace
	Tests/Bench/trace-link-order.sh .build/release/ipvs-timeout $(LINK_MAP) $(LINK_ORDER) $(LINK_SECTIONS)

# Builds nothing, so it works with sudo, where Swift may not be available. Enables no unit and installs no policy in /etc.
install:
	@[ -x "$(DIST)" ] || { echo 'there is no $(DIST); run "make release" first' >&2; exit 1; }
	install -D -m 755 "$(DIST)" $(INSTALL_PROGRAM)
	install -D -m 644 docs/ipvs-timeout.8 $(INSTALL_MANUAL)
	install -D -m 644 docs/manual/ipvs-timeout.conf.5 $(INSTALL_POLICY_MANUAL)
	install -d $(dir $(INSTALL_BASH)) $(dir $(INSTALL_ZSH)) $(dir $(INSTALL_FISH))
	"$(RUNNABLE)" --generate-completion-script bash > $(INSTALL_BASH)
	"$(RUNNABLE)" --generate-completion-script zsh > $(INSTALL_ZSH)
	"$(RUNNABLE)" --generate-completion-script fish > $(INSTALL_FISH)
	install -D -m 644 -t $(INSTALL_EXAMPLES) examples/ipvs-timeout.conf
	install -D -m 644 -t $(INSTALL_EXAMPLES)/monitoring $(MONITORING)
	install -D -m 644 -t $(dir $(firstword $(INSTALL_UNITS))) $(addprefix examples/systemd/,$(notdir $(INSTALL_UNITS)))
	sed -i 's|^ExecStart=/usr/local/|ExecStart=$(PREFIX)/|' $(INSTALL_UNITS)

uninstall:
	rm -f $(INSTALL_PROGRAM) $(INSTALL_MANUAL) $(INSTALL_POLICY_MANUAL) $(INSTALL_BASH) $(INSTALL_ZSH) $(INSTALL_FISH) $(INSTALL_UNITS)
	rm -f $(INSTALL_EXAMPLES)/ipvs-timeout.conf $(addprefix $(INSTALL_EXAMPLES)/monitoring/,$(notdir $(MONITORING)))
	for directory in $(INSTALL_EXAMPLES)/monitoring $(INSTALL_EXAMPLES) $(dir $(INSTALL_EXAMPLES)); do \
	  [ ! -d $$directory ] || rmdir --ignore-fail-on-non-empty $$directory; \
	done

dependencies:
	@Tests/Lab/install-dependencies

test-dependencies:
	@Tests/Lab/install-dependencies test

clean:
	rm -rf .build
