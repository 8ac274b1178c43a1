using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace Orleans.Replication.Analyzers.Tests.Compiling;

/// <summary>Applies a code fix to the one thing that is reported in a source.</summary>
internal static class Fixed
{
    /// <summary>The source with the fix; null when none is offered.</summary>
    public static async Task<string?> ByAsync(CodeFixProvider provider, string source)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var workspace = new AdhocWorkspace();
        var document = workspace.AddProject("Compiled", LanguageNames.CSharp)
            .WithCompilationOptions(Compiled.Options)
            .WithMetadataReferences(Compiled.References)
            .AddDocument("Source.cs", source);
        var compilation = (await document.Project.GetCompilationAsync(cancellationToken))!;
        Assert.Empty(compilation.GetDiagnostics(cancellationToken).Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        var reported = Assert.Single(await Compiled.AnalyzeAsync(compilation));
        Assert.Contains(reported.Id, provider.FixableDiagnosticIds);

        CodeAction? offered = null;
        await provider.RegisterCodeFixesAsync(new CodeFixContext(document, reported, (action, _) => offered ??= action, cancellationToken));
        if (offered is null)
            return null;
        var changed = (await offered.GetOperationsAsync(cancellationToken)).OfType<ApplyChangesOperation>().Single().ChangedSolution.GetDocument(document.Id)!;
        var after = (await changed.Project.GetCompilationAsync(cancellationToken))!;
        Assert.Empty(after.GetDiagnostics(cancellationToken).Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        Assert.Empty(await Compiled.AnalyzeAsync(after));
        return (await changed.GetTextAsync(cancellationToken)).ToString();
    }
}
