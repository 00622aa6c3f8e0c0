// SPDX-License-Identifier: Apache-2.0

internal import CLinux
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
/// Over netlink, IPVS requires CAP_NET_ADMIN in the initial user namespace, also for reading. The socket options require
/// it in the user namespace that owns the network namespace.
package enum Privilege {
  /// Why netlink answered "not permitted".
  static func whyRefused() -> IPVSError.Code {
    guard geteuid() == 0 else { return .notRoot }
    return isInitialUserNamespace ? .missingCapability : .userNamespace
  }

  /// Why a socket option answered "not permitted".
  static func whyOptionRefused() -> IPVSError.Code {
    if hasCapability(CAP_NET_ADMIN), !isInitialUserNamespace { return .foreignNamespace }
    return geteuid() == 0 ? .missingCapability : .notRoot
  }

  /// Whether the caller has the rights to read and change IPVS, in its own network namespace or in all.
  package static var isAdministrator: Bool {
    guard hasCapability(CAP_NET_ADMIN) else { return false }
    // The kernel knows which user namespace owns the network namespace.
    return isInitialUserNamespace || (try? SocketOptionClient().timeouts()) != nil
  }

  /// Why the system did not let the caller enter a network namespace.
  static func whyNotEntered() -> IPVSError.Code {
    guard geteuid() == 0 else { return .notRoot }
    return isInitialUserNamespace || !hasCapability(CAP_SYS_ADMIN) ? .mayNotEnter : .foreignNamespace
  }

  /// Whether the caller has a capability in its user namespace.
  private static func hasCapability(_ number: CInt) -> Bool {
    guard let status = try? FileReader.kernelText(of: "/proc/self/status"),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("CapEff:") }),
      let capabilities = UInt64(line.dropFirst(7).drop(while: \.isWhitespace), radix: 16)
    else { return false }
    return capabilities & 1 << UInt64(number) != 0
  }

  /// Whether the caller is in a container: it does not see the processes of the node.
  ///
  /// The kernel gives the initial PID namespace always the same number, PROC_PID_INIT_INO.
  package static var isInContainer: Bool {
    guard let identity = try? NamespaceIdentity("/proc/self/ns/pid") else { return false }
    return identity.inode != 0xEFFF_FFFC
  }

  /// Whether the caller is in the initial user namespace.
  ///
  /// It maps the whole 32-bit range onto itself, in one line.
  package static var isInitialUserNamespace: Bool {
    guard let map = try? FileReader.kernelText(of: "/proc/self/uid_map") else { return true }
    return map.split(whereSeparator: \.isWhitespace) == ["0", "0", "4294967295"]
  }
}
