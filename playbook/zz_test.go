package playbook_test
import ("testing";"os";"github.com/servicerecovery/amends/playbook")
func TestZZ(t *testing.T){
 dir:=os.Getenv("ZZ"); if dir=="" {t.Skip()}
 s,ds:=playbook.Load(os.DirFS(dir)); ds.Render(os.Stdout,false); t.Log(s.Digest,len(s.Documents),len(ds))
}
