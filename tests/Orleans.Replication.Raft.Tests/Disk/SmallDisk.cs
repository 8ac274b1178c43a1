using System.Diagnostics;
using System.Globalization;

namespace Orleans.Replication.Raft.Tests.Disk;

/// <summary>A file system of its own, in memory and small, that really is full when it is full.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Folder = path;

    public string Folder { get; }

    private string Filler => Path.Combine(Folder, "filler");

    /// <returns>The disk; null where this process may not mount one.</returns>
    public static SmallDisk? TryMount(int bytes)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var path = Directory.CreateTempSubdirectory("raft-disk-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", $"size={bytes.ToString(CultureInfo.InvariantCulture)}", "tmpfs", path))
            return new SmallDisk(path);
        Directory.Delete(path);
        return null;
    }

    /// <summary>Takes all space that there is.</summary>
    public void Fill()
    {
        using var file = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        for (var bytes = 1 << 16; bytes > 0;)
        {
            try
            {
                file.Write(new byte[bytes]);
            }
            catch (IOException)
            {
                bytes /= 2;
            }
        }
    }

    public void Free() => File.Delete(Filler);

    public void Dispose()
    {
        Run("umount", "-l", Folder);
        Directory.Delete(Folder);
    }

    private static bool Run(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
