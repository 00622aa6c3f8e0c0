// SPDX-License-Identifier: Apache-2.0

/// The first two numbers of a kernel's release, such as 6.1.
public struct KernelRelease: Sendable, Hashable {
  private let major: Int
  private let minor: Int

  /// A release by its numbers.
  public init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// Reads a release as the kernel writes it, for example `6.1.0-31-amd64`; `nil` where it begins with no numbers.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", maxSplits: 2)
    guard parts.count >= 2, let major = Int(parts[0]), let minor = Int(parts[1].prefix { $0.isNumber }) else {
      return nil
    }
    self.init(major, minor)
  }
}

extension KernelRelease: Comparable {
  /// Whether the first release is the older one.
  public static func < (first: KernelRelease, second: KernelRelease) -> Bool {
    (first.major, first.minor) < (second.major, second.minor)
  }
}

extension KernelSettings {
  /// The kernel's release.
  public var release: KernelRelease? { text(.release).flatMap { KernelRelease($0) } }
}
