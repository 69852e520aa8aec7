use ammon::engine::*; use ammon::scenario::*; use ammon::event::*;
fn main(){ let a:Vec<String>=std::env::args().collect();
 let text=read_file(std::path::Path::new(&a[1])).unwrap(); let sets=a[2..].to_vec();
 let s=match load(text,&sets,None){Ok(s)=>s,Err(e)=>{eprintln!("{}",e.render(false,100));return}};
 let mut e=Experiment::<f32>::new(&s); let t=std::time::Instant::now();
 struct P; impl Sink for P{ fn event(&mut self,e:&Event)->Result<(),SinkError>{ if let Event::Metric{name,value,time,..}=e { if name.starts_with("probe")||std::env::var("ALL").is_ok(){println!("{time} {name} {value:.4}");}} Ok(()) } }
 loop { match e.step(&mut P){Ok(Status::Running)=>{},Ok(Status::Done)=>break,Err(x)=>{println!("ERR {x}");break}} }
 println!("{:?} {:?}", t.elapsed(), e.clock()); for l in e.ledger(){println!("{l:?}");}
}
