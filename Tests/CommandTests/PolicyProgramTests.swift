// SPDX-License-Identifier: Apache-2.0

import SystemPackage
import TestSupport
import Testing

/// The built program and files that are not a policy, which it refuses before it does anything.
@Suite(.serialized) struct PolicyProgramTests {
  /// The commands that read a policy; `%` is its path.
  private static let commands = [
    ["apply", "%"], ["apply", "--dry-run", "--policy", "%"], ["verify", "--policy", "%"],
  ]

  @Test(
    arguments: [
      (
        "",
        "there is no such file (No such file or directory, errno 2); create it with lines such as"
          + " `host 15m - 60s`, or name another file"
      ),
      ("mkdir \"$1\"", "it is a directory, a FIFO, a device, a socket or a file of the kernel; name a text file"),
      // Nobody writes into it.
      ("mkfifo \"$1\"", "it is a directory, a FIFO, a device, a socket or a file of the kernel; name a text file"),
      (
        "echo 'host 1 2 3' > \"$1\"; chmod 666 \"$1\"",
        "it is world-writable, so any user could control what root does; review it, then run `chmod o-w %`"
      ),
      ("truncate -s 16777217 \"$1\"", "it is larger than 16 MiB, the limit for a policy; name another file"),
    ])
  func `a file that is not a policy is refused`(script: String, reason: String) async throws {
    try await withPolicy(made: script) { path, ipvsadm in
      let errors = "ipvs-timeout: cannot read the policy \(path): \(Self.filled(reason, path))\n"
      for command in Self.commands {
        let ending = try await ipvsadm.run(command.map { Self.filled($0, path) })
        #expect(ending == .init(status: 78, errors: errors))
      }
      for command in [["check-policy", path], ["check-policy", "--quiet", path]] {
        let ending = try await BuiltProgram.run(nil, command)
        #expect(ending == .init(status: 78, errors: errors))
      }
    }
  }

  @Test func `a pattern that could not be looked up is a failure, and does not match nothing`() async throws {
    try await withPolicy(made: #"ln -s "${1}loop" "${1}loop"; echo "${1}loop/* 1 2 3" > "$1""#) { path, ipvsadm in
      for command in Self.commands {
        let ending = try await ipvsadm.run(command.map { Self.filled($0, path) })
        #expect(
          ending.errors.contains(
            #"ipvs-timeout: \#(path):1: cannot look up "\#(path)loop/*" (Too many levels of symbolic links, errno 40); check"#
              + " the path (`namei -l`), or write another one\n"), "\(ending)")
        #expect(!ending.errors.contains("no network namespace matches"), "\(ending)")
        #expect(ending.status == 71, "\(ending)")
      }
    }
  }

  @Test(
    arguments: [
      ("host 1 2 3\\nblue x - -\\n", ["%:2:6: \"x\"" + UsageErrorTests.rule], "an error"),
      (
        "host 1 2\\n\\n./blue x - -\\n",
        [
          #"%:1:9: "host 1 2" lacks udp; write namespace, tcp, tcpfin and udp, with - for a timeout to keep"#,
          #"%:3:1: "./blue" is not a namespace; write host, a name without /, or a path that begins with /"#,
          "%:3:8: \"x\"" + UsageErrorTests.rule,
        ], "3 errors"
      ),
    ])
  func `every error is reported, and nothing is changed`(text: String, mistakes: [String], count: String) async throws {
    try await withPolicy(made: "printf '\(text)' > \"$1\"") { path, ipvsadm in
      let lines = mistakes + ["nothing was changed, because % has \(count)"]
      let errors = lines.map { "ipvs-timeout: \(Self.filled($0, path))\n" }.joined()
      for command in Self.commands {
        let ending = try await ipvsadm.run(command.map { Self.filled($0, path) })
        #expect(ending == .init(status: 78, errors: errors))
      }
      for command in [["check-policy", path], ["check-policy", "--quiet", "--format", "json", path]] {
        let ending = try await BuiltProgram.run(nil, command)
        #expect(ending == .init(status: 78, errors: errors))
      }
    }
  }

  /// There is no IPVS here, which would be reported first if it were asked first.
  @Test func `an error comes before a lack of IPVS`() async throws {
    try await withPolicy(made: "echo nonsense > \"$1\"") { path, _ in
      for backend in ["auto", "netlink"] {
        let ending = try await BuiltProgram.run(nil, ["apply", path, "--backend", backend])
        #expect(ending.status == 78)
      }
    }
  }

  /// Replaces each `%` with a path.
  private static func filled(_ text: String, _ path: String) -> String {
    text.split(separator: "%", omittingEmptySubsequences: false).joined(separator: path)
  }

  /// Runs a test with a file that a script makes as `$1`, and with a fake ipvsadm that must not be run.
  private func withPolicy(
    made script: String, _ body: (_ path: String, FakeIpvsadm) async throws -> Void
  ) async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.appending("policy").string
      let ipvsadm = try await FakeIpvsadm(in: directory, first: "echo called >> sent")
      try #require(try await BuiltProgram.run(script: script, [path]).status == 0)
      try await body(path, ipvsadm)
      #expect(try ipvsadm.sent == "")
    }
  }
}
