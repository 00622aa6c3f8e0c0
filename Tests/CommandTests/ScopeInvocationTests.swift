// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import SystemPackage
import Testing

@testable import ipvs_timeout

/// In which network namespaces command lines ask for something to be done.
@Suite struct ScopeInvocationTests {
  static let scopes: [([String], Scope)] = [
    ([], Scope()),
    (["--netns", "blue"], Scope(choice: .these([.named("blue")]))),
    (["--netns=blue"], Scope(choice: .these([.named("blue")]))),
    (["--netns", "/run/netns/blue"], Scope(choice: .these([.path("/run/netns/blue")]))),
    (["--netns", "./blue"], Scope(choice: .these([.path("./blue")]))),
    (["--netns", "1234"], Scope(choice: .these([.named("1234")]))),
    (["--netns", "host"], Scope(choice: .these([.current]))),
    (
      ["--netns", "blue", "--netns", "host", "--netns", "red"],
      Scope(choice: .these([.named("blue"), .current, .named("red")]))
    ),
    // Each once, where it stood first.
    (
      ["--netns", "blue", "--netns", "red", "--netns=blue", "--netns", "red"],
      Scope(choice: .these([.named("blue"), .named("red")]))
    ),
    (["--netns", "host", "--netns", "host"], Scope(choice: .these([.current]))),
    // A path is another way to say it, which only the system can tell.
    (
      ["--netns", "blue", "--netns", "/run/netns/blue"],
      Scope(choice: .these([.named("blue"), .path("/run/netns/blue")]))
    ),
    (["--all-netns"], Scope(choice: .all)),
    (["--in-use"], Scope(choice: .all, isInUseOnly: true)),
    (["--all-netns", "--in-use"], Scope(choice: .all, isInUseOnly: true)),
    (["--in-use", "--netns", "blue"], Scope(choice: .these([.named("blue")]), isInUseOnly: true)),
  ]

  @Test(arguments: scopes)
  func `every command takes them`(options: [String], scope: Scope) throws {
    let (output, access) = (Invocation.Output(), Invocation.Access(scope: scope))
    let wanted = Timeouts(tcp: 60, tcpfin: 30, udp: 60)
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
  func `are one or several`(options: [String], scope: Scope) {
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
      (["show", "--format", "rules"], Scope()),
      (["--format", "rules"], Scope()),
      (["show", "--format", "rules", "--netns", "blue"], Scope(choice: .these([.named("blue")]))),
      (["show", "--format", "rules", "--netns", "a", "--netns", "a"], Scope(choice: .these([.named("a")]))),
    ] as [([String], Scope)])
  func `rules are written of one`(arguments: [String], scope: Scope) throws {
    #expect(try Invocation(arguments) == .show(.init(format: .rules), .init(scope: scope)))
  }
}
