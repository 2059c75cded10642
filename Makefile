# make demo    builds govirtd and shows it at work with the stock virsh
# make test    installs what the tests need and runs all of them
# make help    the other targets

GO      ?= go
GOVIRTD  = bin/govirtd
SCRIPTS  = conformance/scripts
# everything but the conformance tests, which are run apart: they talk while they run
UNITS    = $$($(GO) list ./... | grep -v '/conformance$$')
# what has concurrency: documents, command lines and the like are made by pure functions
RACED    = $$($(GO) list ./remote/... ./engine/... ./drivers/... ./internal/... ./protocol/proc/... ./virttest/... | \
  grep -v -e /personality/ -e /argv$$ -e /blockchain$$ -e /cpumap$$ -e /archtest$$ -e /corpus$$ -e /firmware$$ -e /plot$$ -e /diskimage$$)

.PHONY: help build demo demo-qemu test unit conformance race gen lint check bench bench-plots benchmarks soak fuzz cover oracle guest clean

help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

## build        bin/govirtd and the other commands, static
build:
	@mkdir -p bin
	CGO_ENABLED=0 $(GO) build -ldflags '-s -w' -o bin/ ./cmd/...

## demo         a domain's life with the stock virsh, on a private govirtd
demo:
	@$(SCRIPTS)/install demo
	@$(MAKE) --no-print-directory build
	@$(SCRIPTS)/demo $(GOVIRTD)

## demo-qemu    a real guest's life with virt-install and virsh
demo-qemu:
	@$(SCRIPTS)/install demo-qemu
	@$(MAKE) --no-print-directory build
	@$(SCRIPTS)/demo-qemu $(GOVIRTD)

## test         every test; installs the stock clients and the reference daemons first
test:
	@$(SCRIPTS)/install test
	@$(MAKE) --no-print-directory oracle || [ "$$GOVIRTD_CI" != 1 ]
	@$(MAKE) --no-print-directory guest || [ "$$GOVIRTD_CI" != 1 ]
	$(GO) test $(UNITS)
	@$(MAKE) --no-print-directory conformance

## unit         the tests that need nothing but Go
unit:
	$(GO) test $(UNITS)

## conformance  the tests with stock clients and reference daemons, as far as these are installed
conformance:
	cd conformance && $(GO) test -count=1 -parallel 8

## race         the concurrent packages under the race detector
race:
	$(GO) test -race $(RACED)

## gen          regenerates the generated code
gen:
	$(GO) generate ./...

## lint         gofmt, go vet, the import rules and file budgets, staticcheck
lint:
	@$(SCRIPTS)/lint

## check        lint, test and race
check: lint test race

## bench        govirtd beside a private libvirtd: docs/performance.md. BENCH=quick: a minute; REF=11.3.0; RUN=NAME: one
##              workload, with the table on standard output only
bench: build
	@$(SCRIPTS)/bench $(if $(RUN),-run '^($(RUN))$$')

## bench-plots  how costs grow with connections, domains and listeners, as SVG in docs/plots
bench-plots: build
	@BENCH=plots $(SCRIPTS)/bench

## benchmarks   the Go benchmarks; CONTRIBUTING.md says how two commits are compared
benchmarks:
	$(GO) test -run '^$$' -bench . ./...

## soak         10,000 connections and 1,000,000 calls, and what they leave behind
soak:
	cd conformance && $(GO) test -count=1 -run Soak -v -timeout 30m -soak.connects=10000 -soak.calls=1000000

## fuzz         every fuzz target for FUZZ seconds (default 30)
FUZZ ?= 30
fuzz:
	$(SCRIPTS)/fuzz $(FUZZ)

## cover        test coverage per package; coverage.out for go tool cover
cover:
	$(GO) test -coverprofile coverage.out $(UNITS)

## oracle       the chroot with libvirt 11.3.0, once; needs root and a Debian mirror
oracle:
	@if [ "$$(id -u)" = 0 ]; then conformance/oracle/make; \
	else echo "oracle: not root; the tests beside a living libvirtd 11.3.0 are skipped"; fi

## guest        a guest's kernel and initrd, and clients that are used without being installed, once
guest:
	@$(SCRIPTS)/guest-image "$${GOVIRTD_GUEST:-/var/cache/govirtd/guest}"
	@$(SCRIPTS)/clients "$${GOVIRTD_CLIENTS:-/var/cache/govirtd/clients}"

## clean        removes what the build made
clean:
	rm -rf bin .cache coverage.out
