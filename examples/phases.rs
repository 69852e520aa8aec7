use ammon::engine::*; use ammon::scenario::*; use std::collections::BTreeMap;
fn main(){ let a:Vec<String>=std::env::args().collect();
 let text=read_file(std::path::Path::new(&a[1])).unwrap(); let sets=a[2..].to_vec();
 let s=load(text,&sets,None).unwrap();
 let mut e=Experiment::<f32>::new(&s); let mut m:BTreeMap<String,(f64,u64)>=BTreeMap::new(); let mut last=String::new(); let mut k=0;
 loop { let t=std::time::Instant::now(); let r=e.step(&mut ()); let d=t.elapsed().as_secs_f64()*1e6; let p=e.phase().to_string(); if p!=last{k=0;last=p.clone();} k+=1;
  let key=format!("{p}{}", if k==1{"-first"} else if d>1000.0 {"-long"} else {""}); let v=m.entry(key).or_default(); v.0+=d; v.1+=1;
  match r {Ok(Status::Running)=>{},_=>break} }
 for (k,v) in m {println!("{k}: total {:.1} ms, {} steps, {:.1} us each", v.0/1e3,v.1,v.0/v.1 as f64);}
}
