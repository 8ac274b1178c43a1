using System.Runtime.InteropServices;

namespace Orleans.Replication.Libp2p.Identity;

/// <summary>What a durable file needs and the platform has no managed call for.</summary>
internal static partial class FileSystemCalls
{
    private const int ReadOnly = 0;
    private const int AlreadyExists = 17; // EEXIST, on Linux and macOS alike.

    /// <summary>
    /// Gives a file a second name where there is nothing of that name: one step, so of many who try at once exactly one succeeds.
    /// <see cref="File.Move(string, string)"/> looks first and renames then, and replaces what came into being in between.
    /// </summary>
    /// <returns>
    /// True: it has the name. False: something of that name exists. Null: the file system cannot do it (no hard links).
    /// </returns>
    internal static bool? TryLink(string existing, string name)
    {
        if (OperatingSystem.IsWindows())
            return null;
        if (Link(existing, name) == 0)
            return true;
        return Marshal.GetLastPInvokeError() == AlreadyExists ? false : null;
    }

    /// <summary>Makes a directory's entries durable: without it a new file may be gone after a power loss.</summary>
    /// <exception cref="IOException">The directory could not be opened or synced.</exception>
    internal static void FlushDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
            return; // NTFS journals its metadata; directories cannot be flushed there.

        var descriptor = Open(directory, ReadOnly);
        if (descriptor < 0)
            throw new IOException($"Cannot open the directory '{directory}' to sync it: error {Marshal.GetLastPInvokeError()}.");
        try
        {
            if (Fsync(descriptor) != 0)
                throw new IOException($"Cannot sync the directory '{directory}': error {Marshal.GetLastPInvokeError()}.");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string name);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
