# `make` lists the targets. Each target sets up what it needs; what it cannot, it names. Most need only Python 3.11 to 3.13.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory --no-builtin-rules
.SUFFIXES:

# The Python that virtual environments are made with; empty: the first on PATH that fits.
PYTHON ?=
# Lambda's architecture, as in the template's parameter of this name: arm64 or x86_64.
ARCHITECTURE ?= arm64
# More arguments for pytest, `make dev`, `make demo` or `make say`.
ARGS ?=

# Agents in the container image, by their recipes in functions/worktree/agents, with blanks between them.
AGENTS ?=

FUNCTIONS := WebhooksFunction NoticesFunction GatewayFunction \
  StartTurnFunction FollowRunFunction DeliverReplyFunction AskApprovalFunction FailTurnFunction \
  RouteTaskFunction RunNativeTaskFunction RecordTaskFunction ReviewChangeFunction SettleChangeFunction \
  ReportTaskFunction DepotFunction SweeperFunction
# Container images in Lambda; the local runtime runs them as it runs the others.
CONTAINED := WorktreeFunction PublishFunction
LOCAL := PYTHONPATH=shared .venv/local/bin/python
DEV := .venv/dev/bin
SAM := SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 .venv/sam/bin/sam
OFFLINE := -m 'not agents and not dynamodb and not sam'
QUICK := -m 'not agents and not dynamodb and not exhaustive and not sam'
# In stretches, of which who is done takes the rest from another: what a file's tests share (an emulator, a server) is
# mostly made once, and one long file does not keep all waiting.
PARALLEL := -n auto --dist worksteal
SOURCES := $(shell find functions shared -name '*.py' 2>/dev/null)

## -- Use

.PHONY: help
help: ## this list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^## -- / { printf "\n%s\n", substr($$0, 7) } \
	  /^[a-zA-Z<>-]+:.*## / { printf "  make %-19s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: dev
dev: .venv/local/.installed build ## run everything here: emulated AWS, a scripted agent, a page to chat on (Ctrl-C ends it)
	@exec env $(LOCAL) -m local.dev $(ARGS)

.PHONY: say
say: private export SAY_TEXT := $(value TEXT)
say: .venv/local/.installed ## send TEXT="..." as a signed message to a running `make dev`, print the reply (ARGS="--platform telegram")
	@exec env $(LOCAL) -m local.say $(ARGS) "$$SAY_TEXT"

.PHONY: demo
demo: .venv/local/.installed build ## play the sample events through the local runtime, check and time them (JSON on the last line)
	@exec env $(LOCAL) -m local.demo $(ARGS)

## -- Set it up

COMMAND := PYTHONPATH=shared $(DEV)/python -m parley.command
# The deployment's address; a configuration document; the parameter that it is written to; a Discord server.
URL ?=
FILE ?= configuration.json
NAME ?= /parley/configuration
GUILD ?=

.PHONY: slack-manifest
slack-manifest: .venv/dev/.installed ## print the Slack app's manifest for the deployment at URL=https://...
	@$(COMMAND) manifest --url '$(URL)'

.PHONY: check-configuration
check-configuration: .venv/dev/.installed ## say what the document FILE=configuration.json means, or what is wrong with it
	@$(COMMAND) check '$(FILE)'

.PHONY: configure
configure: .venv/dev/.installed ## check FILE=configuration.json, then write it to the parameter NAME=/parley/configuration
	@$(COMMAND) configure '$(FILE)' --name '$(NAME)'

.PHONY: setup-telegram
setup-telegram: .venv/dev/.installed ## register the webhook and the commands of the Telegram bot, with the deployment at URL=https://...
	@$(COMMAND) setup telegram --url '$(URL)' $(ARGS)

.PHONY: setup-discord
setup-discord: .venv/dev/.installed ## register the Discord application's commands and, with URL=https://..., its addresses (GUILD=id: there only)
	@$(COMMAND) setup discord --url '$(URL)' --guild '$(GUILD)' $(ARGS)

.PHONY: api
api: .venv/dev/.installed ## projects, agents, tasks and changes by the API at PARLEY_URL: ARGS="task start demo 'Fix the test'" (docs/api.md)
	@$(COMMAND) $(value ARGS)

## -- Work on it

.PHONY: test
test: .venv/dev/.installed .venv/local/.installed ## the tests that need nothing but Python
	@$(DEV)/python -m pytest $(QUICK) $(PARALLEL) $(ARGS)

.PHONY: test-exhaustive
test-exhaustive: .venv/dev/.installed .venv/local/.installed ## every order of calls, every place where something can break: minutes
	@$(DEV)/python -m pytest -m exhaustive $(PARALLEL) tests/protocol $(ARGS)

.PHONY: coverage
coverage: .venv/dev/.installed .venv/local/.installed ## the same tests, with the coverage that each part must reach
	@$(DEV)/python -m pytest $(OFFLINE) $(PARALLEL) --cov --cov-report= $(ARGS)
	@$(DEV)/coverage report --fail-under=90
	@$(DEV)/coverage report --fail-under=100 --include='shared/parley/core/*,shared/parley/services/*'

.PHONY: check
check: .venv/dev/.installed .venv/sam/.installed ## format, lint, types, template
	$(DEV)/ruff format --check .
	$(DEV)/ruff check .
	$(DEV)/mypy
	$(DEV)/cfn-lint template.yaml
	$(SAM) validate --lint

.PHONY: lint-fix
lint-fix: .venv/dev/.installed ## format, and mend what the linter can mend by itself
	$(DEV)/ruff check --fix .
	$(DEV)/ruff format .

.PHONY: golden
golden: .venv/dev/.installed ## write anew what each platform gets of one long reply; the difference is the review
	@PYTHONPATH=shared $(DEV)/python -m tests.golden.platforms

.PHONY: test-dynamodb
test-dynamodb: .venv/dev/.installed ## the store's tests on DynamoDB Local (Java 17, Maven; or PARLEY_DYNAMODB_ENDPOINT, see scripts/test-dynamodb)
	@scripts/test-dynamodb $(ARGS)

.PHONY: test-sam
test-sam: .venv/dev/.installed .venv/local/.installed .venv/sam/.installed ## the built functions in Lambda containers (Docker)
	@$(DEV)/python -m pytest -m sam $(ARGS)

.PHONY: test-agents
test-agents: .venv/dev/.installed ## a real agent, opencode, against a scripted model (npm and git; Linux)
	@$(DEV)/python -m pytest -m agents $(PARALLEL) tests/agents $(ARGS)

.PHONY: lock
lock: ## choose versions anew for requirements/*.in, and write them down with their hashes
	@scripts/lock $(PYTHON)

.PHONY: clean
clean: ## remove everything that make made
	rm -rf .venv .cache .build .aws-sam .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

## -- Package

.PHONY: build
build: .build/local/.built ## the functions' packages for the local runtime

.build/local/.built: .venv/local/.installed requirements/runtime.txt Makefile $(SOURCES) $(wildcard scripts/*.py)
	@for function in $(FUNCTIONS) $(CONTAINED); do \
	  .venv/local/bin/python -m scripts.build_function $$function --local \
	    --architecture "$$(uname -m)" --into .build/local/$$function || exit 1; \
	done
	@touch $@

.PHONY: image
image: .build/worktree.built ## the folder that the container image is built from, with AGENTS="..." (`sam build` makes it too)

.build/worktree.built: .venv/local/.installed .build/worktree.options requirements/runtime.txt Makefile \
  $(SOURCES) $(wildcard scripts/*.py) $(wildcard functions/worktree/agents/*/agent.json) functions/worktree/Dockerfile
	@.venv/local/bin/python -m scripts.build_image --into .build/worktree \
	  --architecture $(ARCHITECTURE) --agents '$(AGENTS)'
	@touch $@

.PHONY: always
.build/worktree.options: always
	@mkdir -p $(@D)
	@echo '$(ARCHITECTURE) $(AGENTS)' | cmp -s - $@ || echo '$(ARCHITECTURE) $(AGENTS)' >$@

# What `sam build` calls, with ARTIFACTS_DIR set. It takes the functions in the template's order, the images behind the
# others: so their folder is there when it is wanted.
.PHONY: $(FUNCTIONS:%=build-%)
build-<LogicalId>: ## one function's package for Lambda: ARCHITECTURE=arm64 or x86_64, as the template's parameter
$(FUNCTIONS:%=build-%): build-%: .venv/local/.installed .build/worktree.built
	@.venv/local/bin/python -m scripts.build_function $* \
	  --architecture $(ARCHITECTURE) --into "$${ARTIFACTS_DIR:-.build/lambda/$*}"

.PHONY: bench-import
bench-import: .venv/local/.installed ## how long the webhook takes to import, as packaged, against boto3 alone (JSON)
	@.venv/local/bin/python -m scripts.bench_import $(ARGS)

.PHONY: bench-follower
bench-follower: .venv/local/.installed build ## the memory that following 10,000 events takes, against the template's default (JSON, Linux)
	@$(LOCAL) -m local.bench_follower $(ARGS)

.PHONY: bench-worktree
bench-worktree: .venv/local/.installed ## a task's worktree and its difference in 50,000 files, against git's own (JSON, git)
	@$(LOCAL) -m scripts.bench_worktree $(ARGS)

.venv/%/.installed: requirements/%.txt scripts/make-venv
	@scripts/make-venv $* $(PYTHON)
