// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SystemPackage

/// The kernel's module ip_vs, as far as the file system tells.
enum KernelModule {
  /// Whether IPVS is there without loading anything.
  ///
  /// False also where /proc is not mounted.
  static var isLoaded: Bool { access("/proc/net/ip_vs", F_OK) == 0 }

  /// Why looking up the family did not bring it.
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
    SmallFile.text(of: path)?.split(whereSeparator: \.isNewline).first.map(String.init)
  }
}
