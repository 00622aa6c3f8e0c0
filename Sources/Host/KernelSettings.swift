// SPDX-License-Identifier: Apache-2.0

public import IPVS
internal import Namespaces
internal import SystemPackage

/// The kernel's settings (sysctls) in one network namespace, as they were when they were read.
///
/// The corresponding files are those below `/proc/sys`; the kernel shows each thread those of its namespace.
public struct KernelSettings: Sendable, Hashable {
  private let texts: [KernelSetting: String]

  /// Settings that are known.
  package init(_ texts: [KernelSetting: String]) {
    self.texts = texts
  }

  /// Reads the settings of a network namespace.
  ///
  /// - Throws: ``IPVSError``, when there is no such namespace or it may not be entered.
  public init(in namespace: NetworkNamespace) throws(IPVSError) {
    do throws(NamespaceError) {
      self = namespace == .current ? .here : try NamespaceVisit.one(namespace.files) { .here }
    } catch {
      throw IPVSError(error, during: .readSettings, in: namespace)
    }
  }

  /// Those of the namespace in which the calling thread is.
  private static var here: KernelSettings {
    KernelSettings(
      KernelSetting.allCases.reduce(into: [:]) { texts, setting in
        texts[setting] = SmallFile.text(of: setting.file, most: setting.size).flatMap(whole)
      })
  }

  /// The first line of a text; `nil` where there is none, or where it is cut, so that half of a number is not taken for one.
  static func whole(_ text: String) -> String? {
    guard let end = text.utf8.firstIndex(of: UInt8(ascii: "\n")), end > text.startIndex else { return nil }
    return String(text[..<end])
  }

  /// The text of a setting; `nil` where this kernel has no such setting, or does not show it.
  public func text(_ setting: KernelSetting) -> String? { texts[setting] }

  /// The number that a setting is; `nil` where there is none.
  public subscript(_ setting: KernelSetting) -> Int? { texts[setting].flatMap { Int($0) } }
}

extension KernelSetting {
  /// How many bytes its text has at the most; what does not fit into one read, the kernel cuts off.
  fileprivate var size: Int {
    // Every second port takes 32768 times six bytes.
    self == .localReservedPorts ? 524_288 : 4096
  }

  fileprivate var file: FilePath {
    FilePath("/proc/sys").appending(rawValue.split(separator: ".").map { FilePath.Component(String($0)) ?? "-" })
  }
}
