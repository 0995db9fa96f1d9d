package sandbox

import "strings"

// refusal turns the failure of the first run into a reason with its remedy.
func refusal(err error) *Refused {
	reason := strings.TrimPrefix(clause(err), "sandbox: ")
	return &Refused{Reason: reason, Remedy: remedy(reason)}
}

// remedy knows what bwrap says where it cannot isolate. The wording is that of
// bubblewrap 0.8 to 0.11; a sentence that is not known gets the general advice.
func remedy(said string) string {
	has := func(parts ...string) bool {
		for _, part := range parts {
			if strings.Contains(said, part) {
				return true
			}
		}
		return false
	}
	const elsewhere = " Or run on another machine, or import results scored elsewhere."
	switch {
	case has("starting bwrap") && has("invalid argument", "operation not permitted"):
		return "This root may not become another user: its container has too few user ids, or it lacks the right to change them. " +
			"Give the container 65536 ids, or run as an ordinary user." + elsewhere
	case has("No space left on device", "ENOSPC"):
		return "The number of user namespaces is used up or set to 0: as root, sysctl user.max_user_namespaces=15000." + elsewhere
	case has("No permissions to creat", "uid map", "Creating new namespace failed", "loopback: Failed RTM_NEWADDR", "Operation not permitted", "Permission denied"):
		return "User namespaces are not allowed to this user. On Ubuntu 24.04 and later AppArmor forbids them: as root, " +
			"sysctl kernel.apparmor_restrict_unprivileged_userns=0, or give bwrap an AppArmor profile. On older Debian: " +
			"sysctl kernel.unprivileged_userns_clone=1. In a container: start it so that user namespaces and a new /proc are allowed." + elsewhere
	}
	return "Install bubblewrap 0.8.0 or later (apt install bubblewrap) and allow user namespaces; on Ubuntu 24.04 see " +
		"kernel.apparmor_restrict_unprivileged_userns." + elsewhere
}
