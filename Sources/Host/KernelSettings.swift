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
        texts[setting] = SmallFile.text(of: setting.file)?.split(separator: "\n").first.map(String.init)
      })
  }

  /// The text of a setting; `nil` where this kernel has no such setting, or does not show it.
  public func text(_ setting: KernelSetting) -> String? { texts[setting] }

  /// The number that a setting is; `nil` where there is none.
  public subscript(_ setting: KernelSetting) -> Int? { texts[setting].flatMap { Int($0) } }
}

extension KernelSetting {
  fileprivate var file: FilePath {
    FilePath("/proc/sys").appending(rawValue.split(separator: ".").map { FilePath.Component(String($0)) ?? "-" })
  }
}
