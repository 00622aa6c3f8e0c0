// SPDX-License-Identifier: Apache-2.0

internal import Linux
internal import SystemPackage
internal import Text

extension KeepalivedReader {
  /// Opens the files of a pattern; where there are none, keepalived goes on.
  mutating func include(_ pattern: String) throws(ConfigurationObstacle) {
    guard let path = ProcessFiles.absolute(pattern, from: directory) else {
      throw refusal(pattern, "it is not known in which directory it is")
    }
    guard open.count < Limit.depth else { throw refusal(pattern, "files include each other without end") }
    patterns += 1
    guard patterns <= Limit.patterns else { throw refusal(pattern, "there are more than \(Limit.patterns) patterns") }
    // No pattern is looked up when no more file may be read.
    guard changes.count < Limit.files, bytesRead <= Limit.bytes else { throw tooMany(pattern) }
    let names: [String]
    do throws(Errno) {
      names = try files.matches(of: path)
    } catch .fileTooLarge {
      throw refusal(pattern, "it is a pattern of too many files")
    } catch .timedOut {
      throw refusal(pattern, "reading it took too long")
    } catch {
      throw refusal(pattern, "\(error)")
    }
    noteChange(ofDirectory: path)
    open.append(OpenFiles(names: names[...], directory: directory))
    try openNext()
  }

  /// Goes on with the next file of a pattern, or with the file that included them.
  mutating func endFile() throws(ConfigurationObstacle) {
    directory = open[open.count - 1].directory
    try openNext()
  }

  mutating func openNext() throws(ConfigurationObstacle) {
    let last = open.count - 1
    while let name = open[last].names.popFirst() {
      guard let bytes = try bytes(of: name) else { continue }
      open[last].name = name
      open[last].bytes = bytes[...]
      open[last].line = 0
      open[last].isAtStart = true
      directory = "/" + name.split(separator: "/").dropLast().joined(separator: "/")
      return
    }
    open.removeLast()
  }

  /// The content of a file; `nil` for a file that keepalived leaves out.
  mutating func bytes(of name: String) throws(ConfigurationObstacle) -> [UInt8]? {
    do throws(Errno) {
      guard case .file(let file) = try files.find(name, atMost: Limit.fileBytes) else { return nil }
      bytesRead += file.bytes.count
      guard bytesRead <= Limit.bytes, changes.count < Limit.files else {
        throw Errno.tooManyOpenFiles
      }
      changes.append((name, file.changed))
      return file.bytes
    } catch .noSuchFileOrDirectory {
      return nil
    } catch .fileTooLarge {
      throw refusal(name, "it is longer than \(Limit.fileBytes >> 20) MiB")
    } catch .tooManyOpenFiles {
      throw tooMany(name)
    } catch .timedOut {
      throw refusal(name, "reading it took too long")
    } catch {
      throw refusal(name, "\(error)")
    }
  }

  /// A removed file changes its directory, which matters where a pattern finds files.
  mutating func noteChange(ofDirectory pattern: String) {
    guard let pattern = pattern.firstIndex(where: { "*?[".contains($0) }).map({ pattern[..<$0] }),
      let end = pattern.lastIndex(of: "/"), let changed = files.changeOfDirectory(String(pattern[...end]))
    else { return }
    changes.append((String(pattern[..<end]), changed))
  }

  private func tooMany(_ name: String) -> ConfigurationObstacle {
    refusal(name, "there are more than \(Limit.files) files, or \(Limit.bytes >> 20) MiB")
  }

  func refusal(_ name: String, _ reason: String) -> ConfigurationObstacle {
    guard !open.isEmpty, !place.file.isEmpty else {
      return ConfigurationObstacle(place: ConfigurationPlace(file: name, line: 0), reason: reason)
    }
    return obstacle("\(name.printable): \(reason)")
  }
}
