namespace Orleans.Replication.Raft.Tests.Damage;

/// <summary>The file that says what becomes of a damaged member.</summary>
internal static class DamageTable
{
    public const string Head = """
        # What becomes of a damaged member

        One member of a group of three was stopped, one thing in its group's folder (`groups/<group>/`) was damaged, and it was started again, with `DamagePolicy.Quarantine`. In every row no
        answer was wrong, and the member was whole in the end and equal to its peers; after a refusal, once its folder was emptied by hand. "found" is what the reason says, in the log, the
        status and `quarantine-*/reason.txt`.

        The table is what `DamageMatrixTests` has observed; it fails when it observes anything else, and writes this file anew with `REPLICATION_WRITE_DAMAGE_TABLE=1` in its environment.

        | what | file | damage | what happened |
        |---|---|---|---|

        """;

    public static string Path { get; } = System.IO.Path.Combine(Root(), "src", "Orleans.Replication.Raft", "DAMAGE.md");

    // From where the tests run: what the compiler says of a source file's place is "/_/…" in a build that can be repeated.
    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Orleans.Replication.slnx")))
                return folder.FullName;
        throw new InvalidOperationException("The tests do not run below the repository.");
    }
}
