// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import SystemPackage
import Testing

@testable import ipvs_timeout

/// The network namespaces that command lines choose.
@Suite struct NamespaceSelectionTests {
  static let selections: [([String], NamespaceSelection)] = [
    ([], NamespaceSelection()),
    (["--netns", "blue"], NamespaceSelection(choice: .one(.named("blue")))),
    (["--netns=blue"], NamespaceSelection(choice: .one(.named("blue")))),
    (["--netns", "/run/netns/blue"], NamespaceSelection(choice: .one(.path("/run/netns/blue")))),
    (["--netns", "./blue"], NamespaceSelection(choice: .one(.path("./blue")))),
    (["--netns", "1234"], NamespaceSelection(choice: .one(.named("1234")))),
    (["--netns", "host"], NamespaceSelection(choice: .one(.current))),
    (
      ["--netns", "blue", "--netns", "host", "--netns", "red"],
      NamespaceSelection(choice: .several([.named("blue"), .current, .named("red")]))
    ),
    // Each once, in its first place.
    (
      ["--netns", "blue", "--netns", "red", "--netns=blue", "--netns", "red"],
      NamespaceSelection(choice: .several([.named("blue"), .named("red")]))
    ),
    (["--netns", "host", "--netns", "host"], NamespaceSelection(choice: .one(.current))),
    // A path may be another name of the same one, which only the system knows.
    (
      ["--netns", "blue", "--netns", "/run/netns/blue"],
      NamespaceSelection(choice: .several([.named("blue"), .path("/run/netns/blue")]))
    ),
    (["--all-netns"], NamespaceSelection(choice: .all)),
    (["--in-use"], NamespaceSelection(choice: .all, isInUseOnly: true)),
    (["--all-netns", "--in-use"], NamespaceSelection(choice: .all, isInUseOnly: true)),
    (["--in-use", "--netns", "blue"], NamespaceSelection(choice: .one(.named("blue")), isInUseOnly: true)),
  ]

  @Test(arguments: selections)
  func `every command accepts them`(options: [String], selection: NamespaceSelection) throws {
    let (output, access) = (TimeoutsOutput(), Access(selection: selection))
    // By default, commands about the policy work in all namespaces that a policy can match.
    let policySelection = selection.choice == .current ? NamespaceSelection(choice: .bound) : selection
    let policyAccess = Access(selection: policySelection)
    let wanted = Timeouts(tcp: 60, tcpFin: 30, udp: 60)
    let path = PolicyFile.usualPath
    let expected: [([String], Invocation)] = [
      (["show"], .show(ShowRequest(output: output, access: access))),
      (["set", "60", "30", "60"], .set(SetRequest(wanted: wanted, output: output, access: access))),
      (["verify", "60", "30", "60"], .verify(VerifyRequest(wanted: wanted, output: output, access: access))),
      (["verify"], .verifyPolicy(VerifyPolicyRequest(path: path, output: output, access: policyAccess))),
      (["apply"], .apply(ApplyRequest(path: path, output: output, access: policyAccess))),
      (["check-policy"], .checkPolicy(CheckPolicyRequest(path: path, selection: policySelection))),
    ]
    for (command, invocation) in expected {
      #expect(try Invocation(command + options) == invocation)
    }
    // The default command.
    #expect(try Invocation(options) == .show(ShowRequest(output: output, access: access)))
  }

  @Test(arguments: selections)
  func `are one or several`(options: [String], selection: NamespaceSelection) {
    let isOne =
      switch selection.choice {
      case .current, .one: true
      case .several, .bound, .all: false
      }
    #expect(selection.isOne == isOne)
    if case .several(let namespaces) = selection.choice { #expect(namespaces.count > 1) }
  }

  @Test(
    arguments: [
      (["show", "--format", "rules"], NamespaceSelection()),
      (["--format", "rules"], NamespaceSelection()),
      (["show", "--format", "rules", "--netns", "blue"], NamespaceSelection(choice: .one(.named("blue")))),
      (
        ["show", "--format", "rules", "--netns", "a", "--netns", "a"], NamespaceSelection(choice: .one(.named("a")))
      ),
    ] as [([String], NamespaceSelection)])
  func `rules are written for one`(arguments: [String], selection: NamespaceSelection) throws {
    #expect(
      try Invocation(arguments)
        == .show(ShowRequest(output: .init(format: .rules), access: .init(selection: selection))))
  }
}
