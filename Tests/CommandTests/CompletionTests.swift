// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ipvs_timeout

/// Completion scripts for shells.
@Suite struct CompletionTests {
  @Test(arguments: [
    ("bash", "\n"),
    ("zsh", "#compdef ipvs-timeout\n"),
    ("fish", "function __ipvs-timeout_"),
  ])
  func `begins as the shell expects, and has the commands`(shell: String, beginning: String) throws {
    guard case .text(let script) = try Invocation(["--generate-completion-script", shell]) else {
      Issue.record("no text")
      return
    }
    #expect(script.hasPrefix(beginning))
    #expect(script.hasSuffix("\n"))
    for word in ["ipvs-timeout", "show", "set", "verify", "connections", "tcpfin", "dry-run", "prometheus"] {
      #expect(script.contains(word))
    }
  }
}
