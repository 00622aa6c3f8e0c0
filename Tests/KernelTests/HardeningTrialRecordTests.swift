// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

extension RealKernel {
  /// Records of trials that are damaged, or that somebody else has written, and trials that end in another order.
  @Suite struct HardeningTrialRecordTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    private static let trials = "/run/ipvs-timeout/trials"

    /// A shell command that makes a file in `$1`, a directory, and a part of the sentence about it.
    static let damages = [
      (
        #"printf '%s\0' 'ipvs-timeout trial 2' with netlink '' 4611686018427387904 host '' '900 120 300' '- - 5' '' >"$1/9.0""#,
        "cannot read /run/ipvs-timeout/trials/9.0, which"
      ),
      (
        #"printf '%s\0' 'ipvs-timeout trial 2' with ipvsadm evil 1 host '' '900 120 300' '- - 5' '' >"$1/9.0""#,
        "cannot read /run/ipvs-timeout/trials/9.0, which"
      ),
      (#"truncate -s 3G "$1/9.0""#, "cannot read /run/ipvs-timeout/trials/9.0, which"),
      (#"head -c 1048576 /dev/zero >"$1/9.0""#, "cannot read /run/ipvs-timeout/trials/9.0, which"),
      (#"echo >"$1/99999999999999999999.99999999999""#, "99999999999.99999999999, which"),
      (#"echo >"$1/copy of 9.0""#, "cannot read /run/ipvs-timeout/trials/copy of 9.0, which"),
      (#"mkfifo "$1/9.0""#, "9.0 is not a record of a trial: it is not a regular file; "),
      (#"mkdir "$1/9.0""#, "9.0 is not a record of a trial: it is not a regular file; "),
      (#"ln -s /dev/null "$1/9.0""#, "9.0 is not a record of a trial: it is a symbolic link; "),
      (#"echo >"$1/9.0"; chown 65534 "$1/9.0""#, "9.0 is not a record of a trial: it belongs to user 65534; "),
      (#"echo >"$1/9.0"; chmod 666 "$1/9.0""#, "9.0 is not a record of a trial: other users may write to it; "),
    ]

    @Test(arguments: damages) func isReportedUntilItIsGivenUp(_ script: String, _ sentence: String) async throws {
      try await netns.set(0, 0, 0)
      try await Guest.output(["sh", "-c", #"mkdir -m 700 -p "$1"; "# + script, "sh", Self.trials])
      for (words, status) in [("show", 0), ("set 900 120 300", 0), ("rollback", 71)] as [(String, Int32)] {
        let outcome = try await netns.run(
          ["timeout", "60", Guest.program] + words.split(separator: " ").map(String.init))
        #expect(outcome.status == status && outcome.isErrorOneSentence, "\(words): \(outcome)")
        #expect(outcome.stderr.contains(sentence), "\(words): \(outcome)")
        #expect(outcome.stderr.hasSuffix(", correct them, then run `ipvs-timeout rollback --keep`\n"), "\(outcome)")
      }
      // A trial beside it works.
      expect(try await netns.program("with", "--udp", "5", "--", "true").status, equals: 0)
      expect(try await netns.program("rollback", "--keep"), equals: Outcome())
      try await netns.expectEnd("900 120 300")
    }

    @Test(arguments: [
      ("chown 65534 /run/ipvs-timeout", "it belongs to user 65534"),
      ("chmod 777 /run/ipvs-timeout", "other users may write to it"),
      ("mv /run/ipvs-timeout /run/elsewhere; ln -s /run/elsewhere /run/ipvs-timeout", "it is a symbolic link"),
    ])
    func isNotUsedFromADirectoryOfOthers(_ script: String, _ reason: String) async throws {
      let ran = "\(directory.path)/ran"
      let evil = try directory.script("evil", "id >\(ran)")
      try await netns.set(900, 120, 5)
      let record =
        #"printf '%s\0' 'ipvs-timeout trial 2' with ipvsadm "$0" 1 host '' '900 120 300' '- - 5' '' >"$1/1.0"; "#
      try await Guest.output(["sh", "-c", #"mkdir -m 700 -p "$1"; "# + record + script, evil, Self.trials])
      let show = try await netns.program("show")
      let rollback = try await netns.program("rollback")
      let set = try await netns.program("set", "--udp", "6", "--quiet")
      let with = try await netns.program("with", "--udp", "7", "--quiet", "--", "true")
      try await Guest.output(["sh", "-c", "rm -rf /run/ipvs-timeout /run/elsewhere"])
      let records =
        "ipvs-timeout: the records of trials in /run/ipvs-timeout are not used, because \(reason); check the timeouts"
        + " with `ipvs-timeout show --all-netns`, correct them, then run `rm -r /run/ipvs-timeout`\n"
      let lock =
        "ipvs-timeout: cannot use /run/ipvs-timeout for the lock, because \(reason), so another change may run at the same"
        + " time; make sure that none does, and remove it with `rm -r /run/ipvs-timeout`\n"
      expect(show, equals: Outcome(0, "Timeout (tcp tcpfin udp): 900 120 5\n", records))
      expect(rollback, equals: Outcome(71, "", lock + records))
      expect(set, equals: Outcome(0, "", records + lock))
      let unrecorded =
        "ipvs-timeout: cannot write to \(Self.trials) (\(reason)), so the old timeouts cannot be restored automatically if"
        + " this program is killed\n"
      expect(with, equals: Outcome(0, "", records + lock + unrecorded))
      expect(access(ran, F_OK), equals: -1)
      // This call makes the directory again.
      expect(try await netns.program("set", "900", "120", "300", "--quiet"), equals: Outcome())
      try await netns.expectEnd("900 120 300")
    }

    @Test(arguments: [
      #"""
      "$0" with --udp 5 -- sh -c 'kill -9 $PPID'; date -s '-1 hour' >/dev/null
      "$0" with --udp 7 -- sh -c 'kill -9 $PPID'; date -s '+1 hour' >/dev/null
      """#,
      #"""
      "$0" with --udp 5 -- sh -c "date -s '-1 hour' >/dev/null; $0 with --udp 7 -- sh -c 'kill -9 \$PPID'
        date -s '+1 hour' >/dev/null"
      """#,
    ])
    func isInOrderWhenTheClockIsSetBack(_ script: String) async throws {
      _ = try await netns.run("sh", "-c", script, Guest.program)
      let outcome = try await netns.program("rollback")
      #expect(outcome.status == 0 && outcome.stderr.isEmpty, "\(outcome)")
      try await netns.expectEnd("900 120 300")
    }

    @Test func waitsForALaterTrialThatStillRuns() async throws {
      let inner = #"""
        echo $PPID >"$1/outer"
        "$0" with --udp 7 -- sh -c ': >"$0/begun"; until [ -e "$0/go" ]; do sleep 0.1; done' "$1" >/dev/null 2>&1 &
        until [ -e "$1/begun" ]; do sleep 0.05; done
        kill -9 $PPID; wait
        """#
      async let outer = netns.program("with", "--udp", "5", "--", "sh", "-c", inner, Guest.program, directory.path)
      #expect(try await eventually { try await netns.program("show").stderr.contains("before 300 s") })
      for words in [["rollback"], ["rollback", "--keep"]] {
        let outcome = try await netns.run([Guest.program] + words)
        #expect(outcome.status == 75 && outcome.isOneSentence, "\(outcome)")
        let start =
          "ipvs-timeout: an earlier `ipvs-timeout with` is not finished, because `\(Guest.program) with --udp 7 -- "
        #expect(outcome.stderr.hasPrefix(start), "\(outcome)")
      }
      expect(try await netns.timeouts(), equals: "900 120 7")
      try directory.write("go", "")
      expect(try await outer.status, equals: -SIGKILL)
      #expect(try await eventually { try await netns.timeouts() == "900 120 5" })
      #expect(try await eventually { try await netns.program("rollback").status == 0 })
      try await netns.expectEnd("900 120 300")
    }

    /// Of three trials, one inside the other, the one in the middle is killed, and the innermost one still runs.
    @Test func leavesARecordWhileATrialFurtherInsideRuns() async throws {
      let innermost = #"""
        "$0" with --udp 9 -- sh -c ': >"$0/begun"; until [ -e "$0/go" ]; do sleep 0.1; done' "$1" >/dev/null 2>&1 &
        until [ -e "$1/begun" ]; do sleep 0.05; done
        kill -9 $PPID
        """#
      let outcome = try await netns.program(
        "with", "--udp", "5", "--", Guest.program, "with", "--udp", "7", "--", "sh", "-c", innermost, Guest.program,
        directory.path)
      #expect(outcome.status == 75, "\(outcome)")
      #expect(outcome.stderr.contains("an earlier `ipvs-timeout with` is not finished, because `"), "\(outcome)")
      try directory.write("go", "")
      #expect(try await eventually { try await netns.timeouts() == "900 120 7" })
      #expect(try await eventually { try await netns.program("rollback").status == 0 })
      try await netns.expectEnd("900 120 300")
    }
  }
}
