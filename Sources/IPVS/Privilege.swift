// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SystemPackage

/// What the caller may do.
///
/// IPVS asks for CAP_NET_ADMIN in the initial user namespace, for reading too.
package enum Privilege {
  /// Why the kernel answered "not permitted".
  static func whyRefused() -> IPVSError.Code {
    guard geteuid() == 0 else { return .notRoot }
    return isInitialUserNamespace ? .missingCapability : .userNamespace
  }

  /// Whether the kernel lets the caller see and change IPVS, as far as that depends on rights.
  package static var isAdministrator: Bool {
    let netAdmin: UInt64 = 1 << 12
    guard isInitialUserNamespace, let status = SmallFile.text(of: "/proc/self/status"),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("CapEff:") }),
      let capabilities = UInt64(line.dropFirst(7).drop(while: \.isWhitespace), radix: 16)
    else { return false }
    return capabilities & netAdmin != 0
  }

  /// Why the system did not let the caller enter a network namespace.
  static func whyNotEntered() -> IPVSError.Code {
    let code = whyRefused()
    return code == .missingCapability ? .mayNotEnter : code
  }

  /// The initial user namespace maps all of the 32-bit range onto itself, in one line.
  private static var isInitialUserNamespace: Bool {
    guard let map = SmallFile.text(of: "/proc/self/uid_map") else { return true }
    return map.split(whereSeparator: \.isWhitespace) == ["0", "0", "4294967295"]
  }
}
