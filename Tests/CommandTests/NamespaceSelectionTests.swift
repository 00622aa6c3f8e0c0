// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import SystemPackage
import Testing

@testable import ipvs_timeout

/// In which network namespaces command lines ask for something to be done.
@Suite struct NamespaceSelectionTests {
  static let scopes: [([String], NamespaceSelection)] = [
    ([], NamespaceSelection()),
    (["--netns", "blue"], NamespaceSelection(choice: .these([.named("blue")]))),
    (["--netns=blue"], NamespaceSelection(choice: .these([.named("blue")]))),
    (["--netns", "/run/netns/blue"], NamespaceSelection(choice: .these([.path("/run/netns/blue")]))),
    (["--netns", "./blue"], NamespaceSelection(choice: .these([.path("./blue")]))),
    (["--netns", "1234"], NamespaceSelection(choice: .these([.named("1234")]))),
    (["--netns", "host"], NamespaceSelection(choice: .these([.current]))),
    (
      ["--netns", "blue", "--netns", "host", "--netns", "red"],
      NamespaceSelection(choice: .these([.named("blue"), .current, .named("red")]))
    ),
    // Each once, where it stood first.
    (
      ["--netns", "blue", "--netns", "red", "--netns=blue", "--netns", "red"],
      NamespaceSelection(choice: .these([.named("blue"), .named("red")]))
    ),
    (["--netns", "host", "--netns", "host"], NamespaceSelection(choice: .these([.current]))),
    // A path is another way to say it, which only the system can tell.
    (
      ["--netns", "blue", "--netns", "/run/netns/blue"],
      NamespaceSelection(choice: .these([.named("blue"), .path("/run/netns/blue")]))
    ),
    (["--all-netns"], NamespaceSelection(choice: .all)),
    (["--in-use"], NamespaceSelection(choice: .all, isInUseOnly: true)),
    (["--all-netns", "--in-use"], NamespaceSelection(choice: .all, isInUseOnly: true)),
    (["--in-use", "--netns", "blue"], NamespaceSelection(choice: .these([.named("blue")]), isInUseOnly: true)),
  ]

  @Test(arguments: scopes)
  func `every command takes them`(options: [String], scope: NamespaceSelection) throws {
    let (output, access) = (Invocation.Output(), Invocation.Access(scope: scope))
    let wanted = Timeouts(tcp: 60, tcpFin: 30, udp: 60)
    let path = PolicyFile.usualPath
    let expected: [([String], Invocation)] = [
      (["show"], .show(output, access)),
      (["set", "60", "30", "60"], .set(wanted, isDryRun: false, output, access)),
      (["verify", "60", "30", "60"], .verify(wanted, output, access)),
      (["verify"], .verifyPolicy(path, output, access)),
      (["apply"], .apply(path, Invocation.Application(), output, access)),
      (["check-policy"], .checkPolicy(path, output, scope)),
    ]
    for (command, invocation) in expected {
      #expect(try Invocation(command + options) == invocation)
    }
    // The default command.
    #expect(try Invocation(options) == .show(output, access))
  }

  @Test(arguments: scopes)
  func `are one or several`(options: [String], scope: NamespaceSelection) {
    let isOne =
      switch scope.choice {
      case .unsaid: true
      case .these(let namespaces): namespaces == [namespaces[0]]
      case .all: false
      }
    #expect(scope.isOne == isOne)
  }

  @Test(
    arguments: [
      (["show", "--format", "rules"], NamespaceSelection()),
      (["--format", "rules"], NamespaceSelection()),
      (["show", "--format", "rules", "--netns", "blue"], NamespaceSelection(choice: .these([.named("blue")]))),
      (
        ["show", "--format", "rules", "--netns", "a", "--netns", "a"], NamespaceSelection(choice: .these([.named("a")]))
      ),
    ] as [([String], NamespaceSelection)])
  func `rules are written of one`(arguments: [String], scope: NamespaceSelection) throws {
    #expect(try Invocation(arguments) == .show(.init(format: .rules), .init(scope: scope)))
  }
}
