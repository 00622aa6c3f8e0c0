# SPDX-License-Identifier: Apache-2.0
"""Run ipvs-timeout on the director and read its JSON."""

from __future__ import annotations

import json
import os
import re
import subprocess

# The oldest version whose JSON and exit statuses the modules understand.
MINIMUM = (0, 1, 0)

NAMES = ("tcp", "tcpfin", "udp")
POLICIES = ("policy", "policy_text")

# How often the program is run while it prints nothing at all.
TRIES = 5

MEANINGS = {
    64: "the values or options are wrong",
    69: "there is no IPVS here",
    70: "an unexpected answer (this is a bug, please report it)",
    71: "the system refused",
    75: "no answer in time, or another change is in progress",
    77: "not permitted",
    78: "the policy cannot be used",
}


def argument_spec():
    """Return the options that all modules have."""
    return {
        "tcp": {"type": "str"},
        "tcpfin": {"type": "str"},
        "udp": {"type": "str"},
        "policy": {"type": "path"},
        "policy_text": {"type": "str"},
        "netns": {"type": "list", "elements": "str"},
        "all_netns": {"type": "bool", "default": False},
        "in_use": {"type": "bool", "default": False},
        "backend": {"type": "str", "default": "auto", "choices": ["auto", "netlink", "sockopt", "ipvsadm"]},
        "ipvsadm": {"type": "path"},
        "program": {"type": "path"},
    }


def mutually_exclusive():
    """Return the options that exclude each other."""
    by_policy = [(policy, name) for policy in POLICIES for name in NAMES]
    return by_policy + [POLICIES, ("netns", "all_netns")]


class Program:
    """The installed ipvs-timeout. The module fails with a sentence if it is missing or too old."""

    def __init__(self, module):
        self.module = module
        self.path = self._find()
        self.version = self._version()

    def run(self, command, arguments, fine=(0,), is_change=False, is_quiet=False):
        """Run one of its commands; return an object for each network namespace, and None or the failure.

        The program always prints something. If nothing arrives, a command that only reads is run again; a command that
        changes timeouts is not, because `change` reads the timeouts itself.
        """
        params = self.module.params
        line = [command, "--format", "json", "--backend", params["backend"]]
        line += ["--netns=" + name for name in params["netns"] or []]
        line += ["--" + name.replace("_", "-") for name in ("all_netns", "in_use") if params[name]]
        if params["ipvsadm"]:
            line.append("--ipvsadm=" + params["ipvsadm"])
        status, out, err = (self._call if is_change else self._ask)(line + arguments)
        said = [sentence.split("ipvs-timeout: ", 1)[-1] for sentence in err.splitlines() if sentence]
        rows = self._rows(out)
        if status in fine and not out and not err and not is_change:
            return [], {"msg": "ipvs-timeout printed nothing, %d times" % TRIES, "status": status}
        if status in fine:
            for sentence in [] if is_quiet else said:
                self.module.warn(sentence)
            return rows, None
        if status < 0:
            meaning = "ipvs-timeout was killed by signal %d" % -status
        else:
            meaning = MEANINGS.get(status, "ipvs-timeout ended with status %d" % status)
        return rows, {"msg": ": ".join([meaning] + ["; ".join(said)] * bool(said)), "status": status}

    def change(self, command, arguments):
        """Run a command that changes timeouts; return an object for each namespace, and None or the failure.

        The timeouts are read before and after it. They decide what has changed, whatever the command printed.
        """
        look = ["--dry-run"] + arguments
        before, unseen = self.run(command, look, is_quiet=True)
        rows, failure = self.run(command, arguments, is_change=True)
        now, blind = self.run(command, look, is_quiet=True)
        are = {row["netns"]: row["before"] for row in now}
        reported = {row["netns"] for row in rows}
        for row in before:
            here = row["netns"]
            # After a failure, a namespace that the command did not report counts only if its values changed.
            if here not in reported and here in are and (failure is None or are[here] != row["before"]):
                rows.append(row)
        if failure is None and (not reported or not reported.issuperset(row["netns"] for row in before)):
            failure = unseen or blind
        for row in rows:
            row["after"] = are.get(row["netns"], row["after"])
            row["changed"] = row["before"] != row["after"]
        return rows, failure

    def policy(self):
        """Return the path of the policy, or None. The text of a policy is written to a temporary file."""
        text = self.module.params["policy_text"]
        if text is None:
            return self.module.params["policy"]
        path = os.path.join(self.module.tmpdir, "policy")
        with open(path, "wb") as file:
            file.write(text.encode("utf-8"))
        return path

    def _find(self):
        wanted = self.module.params["program"]
        if wanted:
            path = self.module.get_bin_path(wanted) if wanted.startswith("/") else None
        else:
            path = self.module.get_bin_path("ipvs-timeout", opt_dirs=["/usr/local/sbin"])
        if not path:
            where = wanted or "ipvs-timeout in PATH, /usr/local/sbin, /usr/sbin or /sbin"
            self._refuse("there is no program %s on this director" % where)
        return path

    def _version(self):
        status, out, err = self._ask(["--version"])
        found = re.match(r"(\d+)\.(\d+)\.(\d+)", out)
        if status or not found:
            answer = (self.path, (out + err).strip()[:80], status)
            self._refuse("%s is not ipvs-timeout: --version printed '%s' (status %d)" % answer)
        if tuple(int(number) for number in found.groups()) < MINIMUM:
            minimum = ".".join(str(number) for number in MINIMUM)
            self._refuse("%s is ipvs-timeout %s, but %s or newer is needed" % (self.path, out.strip(), minimum))
        return out.strip()

    def _refuse(self, what):
        self.module.fail_json(msg=what + "; install it with the role ipvs_timeout.lvs.director")

    def _ask(self, arguments):
        for _try in range(TRIES):
            status, out, err = self._call(arguments)
            if out or err:
                break
        return status, out, err

    def _call(self, arguments):
        # AnsibleModule.run_command checks once a second whether the program has ended. If it ends at that moment, its
        # last output is lost. So subprocess is used.
        line = [self.path] + arguments
        try:
            run = subprocess.run(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        except OSError as error:
            self._refuse("%s cannot be run: %s" % (self.path, error.strerror))
        return run.returncode, run.stdout.decode("utf-8", "replace"), run.stderr.decode("utf-8", "replace")

    def _rows(self, out):
        try:
            rows = [json.loads(line) for line in out.splitlines()]
        except ValueError:
            self.module.fail_json(msg="%s printed something other than JSON" % self.path, stdout=out[:1000])
        # A namespace that failed has an object with its error; the sentence is also on standard error.
        return [row for row in rows if "error" not in row]


def differences(row, are, wanted):
    """Return a sentence for each timeout of a row that is not as wanted."""
    return [
        "%s: %s is %s s, wanted %s s" % (row["netns"], name, row[are][name], row[wanted][name])
        for name in row["drift"]
    ]
