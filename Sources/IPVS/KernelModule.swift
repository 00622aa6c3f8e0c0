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
    return isInstalled ? .moduleNotLoaded : .notInKernel
  }

  /// Whether there is a file of the module for the running kernel.
  private static var isInstalled: Bool {
    guard let release = firstLine(of: "/proc/sys/kernel/osrelease") else { return false }
    let directory = "/lib/modules/\(release)/kernel/net/netfilter/ipvs/"
    return ["", ".zst", ".xz", ".gz"].contains { access("\(directory)ip_vs.ko\($0)", F_OK) == 0 }
  }

  private static func firstLine(of path: FilePath) -> String? {
    SmallFile.text(of: path)?.split(whereSeparator: \.isNewline).first.map(String.init)
  }
}
