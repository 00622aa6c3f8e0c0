// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

/// The tests on a real kernel.
///
/// They run one after another, because some of them remove the module ip_vs for a while.
@Suite(.serialized, .inGuest, .timeLimit(.minutes(20)))
enum RealKernel {}

/// Starts a test only inside the guest, with a new network namespace and its own directory.
///
/// Elsewhere the test fails before it touches anything.
struct InGuest: SuiteTrait, TestTrait, TestScoping {
  let isRecursive = true

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await InGuest.check()
    try await withNamespace { netns in
      try await withScratchDirectory { directory in
        try await Namespace.$current.withValue(netns) {
          try await ScratchDirectory.$current.withValue(directory, operation: function)
        }
      }
    }
  }

  private static func check() async throws {
    guard access("/run/lab/guest", F_OK) == 0 else {
      throw NotInGuest("these tests change the kernel's IPVS: they run only in the guest that Tests/Lab/lab starts")
    }
    guard geteuid() == 0 else { throw NotInGuest("these tests run as the guest's root") }
    guard access("/proc/net/ip_vs", F_OK) == 0 else {
      throw NotInGuest("the guest's kernel has no IPVS: the module ip_vs is not loaded")
    }
    guard access(Guest.program, X_OK) == 0 else {
      throw NotInGuest("the environment variable IPVS_TIMEOUT_PROGRAM names no program: \"\(Guest.program)\"")
    }
    let version = try await ipvsadmVersion.value
    guard version.hasPrefix("ipvsadm v1.31 ") else {
      throw NotInGuest("\(Guest.ipvsadm) is not ipvsadm 1.31: \"\(version)\"")
    }
  }

  private static let ipvsadmVersion = Task {
    try await Guest.output([Guest.ipvsadm, "--version"])
  }
}

extension Trait where Self == InGuest {
  /// The test runs inside the guest only.
  static var inGuest: Self { InGuest() }
}

/// The error that the guest lacks something, or that this is not a guest.
struct NotInGuest: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
