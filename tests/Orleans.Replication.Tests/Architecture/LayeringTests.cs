using System.Xml.Linq;

namespace Orleans.Replication.Tests.Architecture;

/// <summary>
/// Holds the arrows of the design: <c>Abstractions ← Orleans.Replication → Raft</c>, <c>Orleans.Replication → Libp2p</c>; Raft and Libp2p know
/// neither each other nor Orleans.
/// </summary>
public sealed class LayeringTests
{
    private static readonly string Root = FindRoot();

    [Theory]
    [InlineData("Orleans.Replication.Abstractions", "")]
    [InlineData("Orleans.Replication.Analyzers", "")]
    [InlineData("Orleans.Replication.Analyzers.CodeFixes", "Orleans.Replication.Analyzers")]
    [InlineData("Orleans.Replication.Libp2p", "")]
    [InlineData("Orleans.Replication.Raft", "")]
    [InlineData("Orleans.Replication", "Orleans.Replication.Abstractions,Orleans.Replication.Libp2p,Orleans.Replication.Raft")]
    [InlineData("Orleans.Replication.Journaling", "Orleans.Replication")]
    [InlineData("Orleans.Replication.Recipes", "Orleans.Replication,Orleans.Replication.Abstractions,Orleans.Replication.Analyzers")]
    public void Project_references_point_one_way(string project, string allowed)
    {
        var references = References(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path)!);
        Assert.Empty(references.Except(allowed.Split(',')));
    }

    [Theory]
    [InlineData("Orleans.Replication.Abstractions", "Microsoft.Orleans.Core.Abstractions,Microsoft.Orleans.Sdk")]
    [InlineData("Orleans.Replication.Libp2p", "")]
    [InlineData("Orleans.Replication.Raft", "")]
    public void Only_the_upper_layers_know_Orleans(string project, string allowed)
    {
        var references = References(project, "PackageReference").Where(id => id.StartsWith("Microsoft.Orleans", StringComparison.Ordinal));
        Assert.Empty(references.Except(allowed.Split(',')));
    }

    [Fact]
    public void Only_Raft_knows_the_consensus_engine()
    {
        var users = Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains("DotNext", StringComparison.Ordinal) && !file.EndsWith("Raft.csproj", StringComparison.Ordinal));
        Assert.Empty(users);
    }

    [Fact]
    public void No_public_type_of_Raft_shows_the_consensus_engine_or_the_store()
    {
        var exposed =
            from type in typeof(Raft.RaftGroup).Assembly.GetExportedTypes()
            from member in type.GetMembers()
            from shown in Shown(member)
            where shown.Assembly.GetName().Name is { } name
                && (name.StartsWith("DotNext", StringComparison.Ordinal) || name.StartsWith("RocksDb", StringComparison.Ordinal))
            select $"{type}.{member.Name}: {shown}";
        Assert.Empty(exposed);
    }

    private static IEnumerable<Type> Shown(System.Reflection.MemberInfo member) => member switch
    {
        System.Reflection.MethodBase method => method.GetParameters().Select(p => p.ParameterType)
            .Append(method is System.Reflection.MethodInfo info ? info.ReturnType : typeof(void)),
        System.Reflection.PropertyInfo property => [property.PropertyType],
        System.Reflection.FieldInfo field => [field.FieldType],
        _ => [],
    };

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Load(Path.Combine(Root, "src", project, project + ".csproj")).Descendants(kind).Select(e => e.Attribute("Include")!.Value);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Orleans.Replication.slnx")))
                return folder.FullName;
        throw new InvalidOperationException("The tests do not run below the repository.");
    }
}
