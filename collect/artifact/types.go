package artifact

// Schema is the version of the artifact form that this package writes.
const Schema = 1

// Kind says what a run did.
type Kind string

// The kinds of schema 1. A subject artifact reports a subject that could not
// be measured at all (a server that never got ready).
const (
	KindLoad    Kind = "load"
	KindEval    Kind = "eval"
	KindSubject Kind = "subject"
)

// Status says whether a run came to its end.
type Status string

// The statuses of schema 1.
const (
	StatusComplete    Status = "complete"
	StatusInterrupted Status = "interrupted"
	StatusFailed      Status = "failed"
)

// Mode says where the numbers of a run come from.
type Mode string

// The modes of schema 1.
const (
	ModeMeasured Mode = "measured"
	ModeImported Mode = "imported"
	ModeRescored Mode = "rescored"
)

// Artifact is one run of one subject: settings, figures, environment, source.
type Artifact struct {
	Schema       int           `json:"schema"`
	Kind         Kind          `json:"kind"`
	ID           string        `json:"id"`            // YYYY-MM-DD/<slug>.<hash8>, the permalink
	Name         string        `json:"name"`          // the plan's entry, else c16-n64 or the task
	Status       Status        `json:"status"`        //
	StatusReason *string       `json:"status_reason"` // why it is not complete
	StartedAt    string        `json:"started_at"`    // RFC 3339 UTC, or a bare date
	DurationS    *float64      `json:"duration_s"`    // wall time of the whole run, seconds
	Simulated    bool          `json:"simulated"`     // measured against the embedded simulated endpoint
	DerivedFrom  []DerivedFrom `json:"derived_from"`  //
	Subject      Subject       `json:"subject"`       //
	Protocol     Protocol      `json:"protocol"`      //
	Environment  Environment   `json:"environment"`   //
	Source       Source        `json:"source"`        //
	Load         *Load         `json:"load"`          // set when kind is load
	Eval         *Eval         `json:"eval"`          // set when kind is eval
	Attachments  []Attachment  `json:"attachments"`   //
}

// How names the way in which one artifact follows from another.
type How string

// The ways of schema 1.
const (
	HowRescore  How = "rescore"
	HowResume   How = "resume"
	HowMerge    How = "merge"
	HowReimport How = "reimport"
)

// DerivedFrom names a parent artifact.
type DerivedFrom struct {
	ID     string `json:"id"`
	SHA256 string `json:"sha256"` // of the parent's file
	How    How    `json:"how"`
}

// Subject is what was measured: model, number format, engine and hardware.
type Subject struct {
	Name                string            `json:"name"`       // model without owner + precision + tp2 where > 1
	BaseModel           *string           `json:"base_model"` // the model that was quantized
	Model               string            `json:"model"`      // as the server names it
	ModelRevision       *string           `json:"model_revision"`
	Precision           *string           `json:"precision"`    // BF16, FP8, NVFP4 …
	Quantization        *string           `json:"quantization"` // as the engine names it
	KVCacheDtype        *string           `json:"kv_cache_dtype"`
	Engine              *string           `json:"engine"`
	EngineVersion       *string           `json:"engine_version"`
	Parallel            Parallel          `json:"parallel"`
	MaxModelLen         *int64            `json:"max_model_len"` // tokens
	Accelerator         *string           `json:"accelerator"`
	AcceleratorCount    *int64            `json:"accelerator_count"`
	AcceleratorMemoryGB *float64          `json:"accelerator_memory_gb"`
	Labels              map[string]string `json:"labels"` // never nil in a written artifact
}

// Parallel is how the model is split over devices.
type Parallel struct {
	TP *int64 `json:"tp"`
	PP *int64 `json:"pp"`
	DP *int64 `json:"dp"`
	EP *int64 `json:"ep"`
}

// Protocol holds the parameters that must be equal for two numbers to be
// compared. ID covers the known parameters that differ from their default;
// Unknown lists the parameters that the source did not record.
type Protocol struct {
	ID         string         `json:"id"`
	Parameters map[string]any `json:"parameters"` // JSON values only
	Unknown    []string       `json:"unknown"`    // sorted parameter names
}

// Environment is where the run took place, as far as it is known.
type Environment struct {
	Host         map[string]string `json:"host"`         // os, kernel, cpu, cores, numa_nodes, memory_gb, instance …
	Accelerators []Accelerator     `json:"accelerators"` //
	Driver       *string           `json:"driver"`
	CUDA         *string           `json:"cuda"`
	Topology     *string           `json:"topology"`
	Server       *Server           `json:"server"`
	Client       map[string]string `json:"client"` // tool, version, os, protocol, cores …
}

// Accelerator is one device seen in the environment.
type Accelerator struct {
	Index    *int64   `json:"index"`
	Name     string   `json:"name"`
	MIG      *string  `json:"mig"` // MIG profile such as 4g.96gb
	MemoryGB *float64 `json:"memory_gb"`
}

// Server is the served engine: how it was started and what it said of itself.
type Server struct {
	Command          []string          `json:"command"`
	Args             map[string]any    `json:"args"` // non-default arguments as the engine prints them
	Env              map[string]string `json:"env"`
	WeightsGiB       *float64          `json:"weights_gib"`
	KVCacheTokens    *int64            `json:"kv_cache_tokens"`
	MaxNumSeqs       *int64            `json:"max_num_seqs"`
	AttentionBackend *string           `json:"attention_backend"`
	EnforceEager     *bool             `json:"enforce_eager"`
	PrefixCaching    *bool             `json:"prefix_caching"`
	Speculative      *string           `json:"speculative"`
}

// Source says which tool produced the numbers, from which files.
type Source struct {
	Tool        string            `json:"tool"`
	ToolVersion *string           `json:"tool_version"`
	Mode        Mode              `json:"mode"`
	Command     []string          `json:"command"`
	Files       []SourceFile      `json:"files"`
	Set         map[string]string `json:"set"`        // --set of an import
	LocalTime   *string           `json:"local_time"` // a time without zone, as written
	Extra       map[string]any    `json:"extra"`      // keys that have no field, bounded
}

// SourceFile is a file that was imported. Name is its base name.
type SourceFile struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// Attachment is a file beside the artifact. Path is its base name; SHA256 and
// Bytes are of the uncompressed content.
type Attachment struct {
	Path   string         `json:"path"`
	SHA256 string         `json:"sha256"`
	Bytes  int64          `json:"bytes"`
	Kind   AttachmentKind `json:"kind"`
}

// AttachmentKind says what an attachment holds.
type AttachmentKind string

// The kinds of attachments of schema 1, with the ending of their file names.
const (
	AttachSamples   AttachmentKind = "samples"    // .samples.jsonl.gz
	AttachServerLog AttachmentKind = "server_log" // .server.log.gz
	AttachPrivate   AttachmentKind = "private"    // .private.jsonl.gz, never published
)
