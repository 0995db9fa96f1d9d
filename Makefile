# Needs Go, git and make. `make test` also needs Chromium, a Chinese font, bubblewrap and Python: as root on Debian it installs
# them by itself.

FUZZTIME ?= 10s
BENCH    ?= .

.PHONY: help site test bench fuzz audit build browser sandbox bundle pages

help:
	@echo 'make site    measure what config.toml plans, then render everything in artifacts/ to site/'
	@echo 'make test    vet and all tests, the pages in a real browser included'
	@echo 'make bench   all benchmarks (BENCH=regexp)'
	@echo 'make fuzz    every fuzz target for FUZZTIME=$(FUZZTIME)'
	@echo 'make audit   format, vet, modules, the chart library built again, and every kind of page through'
	@echo '              Lighthouse and html-validate (needs npm and Chromium; 10 minutes)'

# Built rather than `go run`, which would turn every exit code into 1.
build:
	@go build -o benchsite ./cmd/benchsite

site: build
	@./benchsite site; code=$$?; case $$code in \
	  0) echo 'make site: done, all of the plan; open site/index.html' ;; \
	  3) echo 'make site: done, but part of the plan failed (named above, exit code 3); open site/index.html' ;; \
	  *) exit $$code ;; \
	esac

test: browser sandbox
	go vet ./...
	go test -timeout 8m ./...

bench:
	go test -run '^$$' -bench '$(BENCH)' -benchmem ./...

fuzz:
	@grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u | while read -r dir; do \
	  targets=$$(go test -list '^Fuzz' "$$dir") || { echo "$$targets"; exit 1; }; \
	  for target in $$(echo "$$targets" | grep '^Fuzz'); do \
	    echo "$$dir $$target"; \
	    go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$dir" || exit 1; \
	  done; \
	done

audit: bundle pages
	go vet ./...
	go mod verify
	@unformatted=$$(git ls-files -co --exclude-standard '*.go' | xargs gofmt -l); \
	if [ -n "$$unformatted" ]; then echo "not gofmt-clean:"; echo "$$unformatted"; exit 1; fi
	@echo 'make audit: clean'

# The lines in the README of the chart library are what runs here, so that they cannot go stale.
bundle:
	@here=$$(pwd)/templates/assets/echarts; \
	if ! command -v npm >/dev/null; then echo 'SKIP: no npm, so the chart library was not built again'; exit 0; fi; \
	dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; cd "$$dir"; \
	sed -n '/^```sh/,/^```$$/p' "$$here/README.md" | grep -v '^```' >build.sh; \
	if ! npm view echarts version >npm.log 2>&1; then echo 'SKIP: npm reaches no registry, so the chart library was not built again'; exit 0; fi; \
	here=$$here sh -eu build.sh >build.log 2>&1 || { cat build.log; exit 1; }; \
	cmp echarts.min.js "$$here/echarts.min.js" && echo 'chart library: built again, equal byte for byte'

# Programs of the page audit; Node 20 runs these versions. They are installed outside of the repository, once.
AUDIT_TOOLS ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/benchsite-audit
AUDIT_NPM   := lighthouse@12.8.2 html-validate@10.17.0

pages: browser
	@if ! command -v npm >/dev/null; then echo 'SKIP: no npm, so the pages were not audited'; exit 0; fi; \
	dir='$(AUDIT_TOOLS)'; mkdir -p "$$dir"; \
	if [ "$$(cat "$$dir/installed" 2>/dev/null)" != '$(AUDIT_NPM)' ]; then \
	  if ! npm view lighthouse version --fetch-retries 0 >"$$dir/npm.log" 2>&1; then echo 'SKIP: npm reaches no registry, so the pages were not audited'; exit 0; fi; \
	  npm install --prefix "$$dir" --no-audit --no-fund --no-save $(AUDIT_NPM) >"$$dir/npm.log" 2>&1 || { cat "$$dir/npm.log"; exit 1; }; \
	  echo '$(AUDIT_NPM)' >"$$dir/installed"; \
	fi; \
	go test ./render -run TestAudit -count 1 -v -timeout 60m -audit "$$dir" $(if $(AUDIT_PAGES),-audit-pages '$(AUDIT_PAGES)')

# Chromium and a font with Chinese glyphs. Where they cannot be installed this says what is missing and goes on:
# the tests then say SKIP, or fail under CI=true. The programs looked for are those of render/browsertest.
browser:
	@missing='chromium'; \
	for name in "$$BENCHSITE_CHROMIUM" chromium chromium-browser google-chrome google-chrome-stable \
	  '/Applications/Chromium.app/Contents/MacOS/Chromium' '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'; do \
	  if [ -n "$$name" ] && command -v "$$name" >/dev/null; then missing=; fi; \
	done; \
	if [ "$$(uname)" = Linux ] && [ -z "$$(fc-list :lang=zh-cn 2>/dev/null)" ]; then missing="$$missing fontconfig fonts-noto-cjk"; fi; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(uname)" = Darwin ]; then \
	  echo 'missing for the browser tests: Chromium. Install it with: brew install --cask chromium'; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "installing for the browser tests: $$missing"; export DEBIAN_FRONTEND=noninteractive; \
	  log=$$(mktemp); trap 'rm -f "$$log"' EXIT; \
	  { apt-get update && apt-get install -y --no-install-recommends $$missing; } >"$$log" 2>&1 || { cat "$$log"; exit 1; }; \
	else \
	  echo "missing for the browser tests: $$missing. Install as root: apt-get update && apt-get install $$missing"; \
	fi

# Bubblewrap and Python, for programs that models write. Where they cannot be installed this says what is missing and
# goes on: the tests then say SKIP, or fail under CI=true. User namespaces may be forbidden all the same; the tests tell.
sandbox:
	@if [ "$$(uname)" != Linux ]; then echo 'no sandbox on this system: its tests say SKIP'; exit 0; fi; \
	missing=; command -v bwrap >/dev/null || missing="$$missing bubblewrap"; \
	{ [ -x /usr/bin/python3 ] || command -v python3 >/dev/null; } || missing="$$missing python3"; \
	command -v prlimit >/dev/null || missing="$$missing util-linux"; \
	/usr/bin/python3 -c 'import h5py, scipy' 2>/dev/null || missing="$$missing python3-h5py python3-scipy"; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "installing for the sandbox tests:$$missing"; export DEBIAN_FRONTEND=noninteractive; \
	  log=$$(mktemp); trap 'rm -f "$$log"' EXIT; \
	  { apt-get update && apt-get install -y --no-install-recommends $$missing; } >"$$log" 2>&1 || { cat "$$log"; exit 1; }; \
	else \
	  echo "missing for the sandbox tests:$$missing. Install as root: apt-get update && apt-get install$$missing"; \
	fi
