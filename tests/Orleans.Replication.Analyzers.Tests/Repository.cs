namespace Orleans.Replication.Analyzers.Tests;

/// <summary>The files of this repository.</summary>
internal static class Repository
{
    private static readonly string Root = FindRoot();

    /// <summary>The text of one file.</summary>
    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>The C# files of a folder.</summary>
    public static IEnumerable<(string Path, string Text)> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs").Order(StringComparer.Ordinal).Select(path => (path, File.ReadAllText(path)));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Orleans.Replication.slnx")))
                return folder.FullName;
        throw new InvalidOperationException("The tests do not run below the repository.");
    }
}
