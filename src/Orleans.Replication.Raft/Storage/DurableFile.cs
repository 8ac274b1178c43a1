using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Orleans.Replication.Raft.Storage;

/// <summary>File operations that are on disk when they return, names included (SAFETY 11).</summary>
internal static class DurableFile
{
    /// <summary>Replaces a file's content, all or nothing.</summary>
    public static void WriteText(string path, string content) => Write(path, System.Text.Encoding.UTF8.GetBytes(content));

    /// <inheritdoc cref="WriteText"/>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + ".new";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Copies a folder without sub-folders, by links where the file system has them: RocksDB never changes its table files.</summary>
    public static void CopyFolder(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in Directory.EnumerateFiles(source))
        {
            var copy = Path.Combine(target, Path.GetFileName(file));
            if (!file.EndsWith(".sst", StringComparison.Ordinal) || !TryLink(file, copy))
            {
                File.Copy(file, copy);
                SyncFile(copy);
            }
        }

        SyncFolder(target);
        SyncFolder(Path.GetDirectoryName(target)!);
    }

    /// <summary>Gives a finished folder its name.</summary>
    public static void RenameFolder(string source, string target)
    {
        SyncFolder(source);
        Directory.Move(source, target);
        SyncFolder(Path.GetDirectoryName(target)!);
    }

    /// <summary>Puts all files of a folder without sub-folders, and their names, on disk.</summary>
    public static void SyncTree(string path)
    {
        foreach (var file in Directory.EnumerateFiles(path))
            SyncFile(file);
        SyncFolder(path);
    }

    /// <summary>Puts a file's content on disk.</summary>
    public static void SyncFile(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Puts the names in a folder on disk. Windows does that by itself and has no call for it.</summary>
    public static void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        using var folder = OpenFolder(path);
        if (FSync(folder) != 0)
            throw new IOException($"fsync of folder '{path}' failed: error {Marshal.GetLastPInvokeError()}.");
    }

    private static SafeFileHandle OpenFolder(string path)
    {
        const int ReadOnly = 0;
        var handle = Open(path, ReadOnly);
        return handle >= 0
            ? new SafeFileHandle(handle, ownsHandle: true)
            : throw new IOException($"Folder '{path}' cannot be opened: error {Marshal.GetLastPInvokeError()}.");
    }

    private static bool TryLink(string source, string target) => !OperatingSystem.IsWindows() && Link(source, target) == 0;

    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(string path, int flags);

    [DllImport("libc", EntryPoint = "link", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link(string source, string target);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int FSync(SafeFileHandle handle);
}
