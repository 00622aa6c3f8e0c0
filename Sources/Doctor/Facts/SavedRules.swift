// SPDX-License-Identifier: Apache-2.0

package import IPVS
internal import Linux
package import SystemPackage

/// A file of ipvsadm's rules that its own service loads at boot.
package struct SavedRules: Sendable, Hashable {
  /// The file.
  package let path: FilePath
  /// The timeouts that it sets.
  package let timeouts: Timeouts
  /// Whether the service is enabled, so that a boot loads the file.
  package let isRestored: Bool
}

extension SavedRules {
  /// Looks for the files of Debian and of Red Hat; files that set no timeout are left out.
  ///
  /// - Parameter root: The directory below which all of it is.
  /// - Returns: The files, Debian's first.
  package static func all(below root: FilePath = "/") -> [SavedRules] {
    func text(_ name: String) -> String {
      let file = try? ForeignFile(at: root.appending(name), atMost: 16 << 20)
      return String(decoding: file?.bytes ?? [], as: UTF8.self)
    }
    let unit = "ipvsadm.service"
    let isEnabled = SystemdUnits(named: [unit], below: root)?.state(of: unit) == .enabled
    let isAutomatic = text("etc/default/ipvsadm").split(separator: "\n").contains { line in
      line.utf8.filter { !" \t\r\"'".utf8.contains($0) }.elementsEqual("AUTO=true".utf8)
    }
    let files = [("etc/ipvsadm.rules", isAutomatic || isEnabled), ("etc/sysconfig/ipvsadm", isEnabled)]
    return files.compactMap { name, isRestored in
      let timeouts = timeouts(in: text(name))
      guard timeouts != Timeouts() else { return nil }
      return SavedRules(path: FilePath("/\(name)"), timeouts: timeouts, isRestored: isRestored)
    }
  }

  /// The timeouts after all `--set` lines of a file; 0 keeps one.
  static func timeouts(in text: String) -> Timeouts {
    text.split(separator: "\n").reduce(Timeouts()) { known, line in
      let words = line.split(whereSeparator: \.isWhitespace)
      guard let position = words.firstIndex(of: "--set") else { return known }
      let values = words[(position + 1)...].prefix(Timeouts.Name.allCases.count).map { UInt32($0) }
      guard values.count == Timeouts.Name.allCases.count, !values.contains(nil) else { return known }
      var set = Timeouts()
      for (name, value) in zip(Timeouts.Name.allCases, values) { set[name] = value.flatMap { Timeout(held: $0) } }
      return set.merging(known)
    }
  }
}
