package publish

import _ "embed"

//go:embed workflow.yml
var workflow string

// Workflow is a GitHub workflow for a repository of artifacts: it renders and
// deploys to Pages, and writes what a pull request adds into its summary.
func Workflow() string { return workflow }
