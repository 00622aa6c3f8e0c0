// SPDX-License-Identifier: Apache-2.0

package import IPVS
internal import Linux
internal import SystemPackage
internal import Text

/// The kernel's settings (sysctls) in one network namespace, as they were when they were read.
///
/// The corresponding files are those below `/proc/sys`; the kernel shows each thread those of its namespace.
package struct KernelSettings: Sendable, Hashable {
  /// By name.
  private let texts: [String: String]

  /// Settings with these texts.
  package init(_ texts: [KernelSetting: String]) {
    self.texts = texts.reduce(into: [:]) { all, setting in all[setting.key.rawValue] = setting.value }
  }

  private init(texts: [String: String]) {
    self.texts = texts
  }

  /// Reads the settings of a network namespace.
  ///
  /// - Throws: ``IPVSError``, when there is no such namespace or it may not be entered.
  package init(in namespace: NetworkNamespace) throws(IPVSError) {
    do throws(NamespaceError) {
      self = namespace == .current ? .here : try NamespaceThread.run(in: namespace.files) { .here }
    } catch {
      throw IPVSError(error, during: .readSettings, in: namespace)
    }
  }

  /// Those of the namespace in which the calling thread is.
  private static var here: KernelSettings {
    var texts: [String: String] = [:]
    for setting in KernelSetting.allCases {
      texts[setting.rawValue] = (try? FileReader.kernelText(of: setting.file, atMost: setting.size)).flatMap(whole)
    }
    return KernelSettings(texts: texts)
  }

  /// The first line of a text; `nil` where there is none, or where it is cut, so that half of a number is not read as one.
  static func whole(_ text: String) -> String? {
    guard let end = text.utf8.firstIndex(of: UInt8(ascii: "\n")), end > text.startIndex else { return nil }
    return String(text[..<end])
  }

  /// The text of a setting; `nil` where this kernel has no such setting, or does not show it.
  package func text(_ setting: KernelSetting) -> String? { texts[setting.rawValue] }

  /// The number that a setting is; `nil` where there is none.
  ///
  /// The kernel keeps these numbers in 32 bits. A larger one is no setting, and sums and products of them would overflow.
  package subscript(_ setting: KernelSetting) -> Int? { texts[setting.rawValue].flatMap { Int32($0) }.map { Int($0) } }
}

extension KernelSetting {
  /// How many bytes its text can have; the kernel cuts off what does not fit into one read.
  fileprivate var size: Int {
    // Every second port needs 32768 times six bytes.
    self == .localReservedPorts ? 524_288 : 4096
  }

  fileprivate var file: FilePath {
    FilePath("/proc/sys/" + rawValue.replacingEach(".", with: "/"))
  }
}

/// The first two numbers of a kernel's release, such as 6.1.
package struct KernelRelease: Sendable, Hashable {
  private let major: Int
  private let minor: Int

  /// A release by its numbers.
  package init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// Reads a release as the kernel writes it, for example `6.1.0-31-amd64`; `nil` where it begins with no numbers.
  package init?(_ text: String) {
    let parts = text.split(separator: ".", maxSplits: 2)
    guard parts.count >= 2, let major = Int(parts[0]), let minor = Int(parts[1].prefix { $0.isNumber }) else {
      return nil
    }
    self.init(major, minor)
  }
}

extension KernelRelease: Comparable {
  /// Whether the first release is the older one.
  package static func < (first: KernelRelease, second: KernelRelease) -> Bool {
    (first.major, first.minor) < (second.major, second.minor)
  }
}

extension KernelSettings {
  /// The kernel's release.
  package var release: KernelRelease? { text(.release).flatMap { KernelRelease($0) } }
}

extension IPVSError.Operation {
  /// Reading `/proc/sys`.
  package static let readSettings = IPVSError.Operation(
    "read-settings", "read the kernel's settings (/proc/sys)", about: .namespace)
}
