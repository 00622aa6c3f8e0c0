// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Linux
internal import SystemPackage

/// The kernel's module ip_vs, as far as the file system shows.
enum KernelModule {
  /// Whether IPVS is already loaded.
  ///
  /// It is also false if /proc is not mounted.
  static var isLoaded: Bool { access("/proc/net/ip_vs", F_OK) == 0 }

  /// Why IPVS was not loaded when the family was looked up.
  static func whyAbsent() -> IPVSError.Code {
    if firstLine(of: "/proc/sys/kernel/modules_disabled") == "1" { return .moduleLoadingDisabled }
    guard let release = firstLine(of: "/proc/sys/kernel/osrelease") else { return .modulesNotVisible }
    let modules = "/lib/modules/\(release)"
    guard access(modules, F_OK) == 0 else { return .modulesNotVisible }
    let isInstalled = ["", ".zst", ".xz", ".gz"].contains { ending in
      access("\(modules)/kernel/net/netfilter/ipvs/ip_vs.ko\(ending)", F_OK) == 0
    }
    return isInstalled ? .moduleNotLoaded : .notInKernel
  }

  private static func firstLine(of path: FilePath) -> String? {
    (try? FileReader.kernelText(of: path))?.split(whereSeparator: \.isNewline).first.map(String.init)
  }
}

/// The rights of the caller.
///
/// IPVS requires CAP_NET_ADMIN in the initial user namespace, also for reading.
package enum Privilege {
  /// Why the kernel answered "not permitted".
  static func whyRefused() -> IPVSError.Code {
    guard geteuid() == 0 else { return .notRoot }
    return isInitialUserNamespace ? .missingCapability : .userNamespace
  }

  /// Whether the caller has the rights to read and change IPVS.
  package static var isAdministrator: Bool {
    let netAdmin: UInt64 = 1 << 12
    guard isInitialUserNamespace, let status = try? FileReader.kernelText(of: "/proc/self/status"),
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

  /// The initial user namespace maps the whole 32-bit range onto itself, in one line.
  private static var isInitialUserNamespace: Bool {
    guard let map = try? FileReader.kernelText(of: "/proc/self/uid_map") else { return true }
    return map.split(whereSeparator: \.isWhitespace) == ["0", "0", "4294967295"]
  }
}
